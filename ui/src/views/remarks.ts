// What the editor shows of a review.

import type { Marks } from "../editor";
import type { ReviewWords } from "../i18n/review";
import type { Review } from "../ipc/generated/wire";

/** What is open of a review and has a place, for the text. */
export function marksOf(review: Review, words: ReviewWords): Marks {
  const open = review.suggestions.filter((item) => item.verdict === "open");
  const own = open.filter(({ mine, standing }) => mine && standing === "placed");
  const suggested = open
    .filter((item) => !own.includes(item))
    .flatMap(({ id, author, passage, new: text, class: kind }) =>
      passage
        ? [
            {
              id,
              from: passage.start,
              to: passage.end,
              new: text,
              label: words.suggestion.one(words.class[kind], author),
            },
          ]
        : [],
    );
  const said = review.threads
    .filter(({ resolved }) => !resolved)
    .flatMap(({ id, passage, messages }) => {
      const first = messages[0];
      if (!passage || !first) return [];
      const label = `${words.thread.one(first.author)} ${first.text}`;
      return [{ id, from: passage.start, to: passage.end, new: null, label }];
    });
  return {
    version: review.version,
    remarks: [...suggested, ...said],
    mine: own.flatMap(({ id, passage, new: text }) => (passage ? [{ id, passage, new: text }] : [])),
    // What its author took back was taken out in the editor, where Undo may have put it in again.
    closed: new Set(
      review.suggestions
        .filter(({ verdict }) => verdict === "accepted" || verdict === "rejected")
        .map(({ id }) => id),
    ),
  };
}
