// The desk in memory: suggestions, conversations, sign-offs and stages.

import type { Commands } from "../ipc";
import type {
  ArticleState,
  DeskReviewItem,
  Event,
  MessageItem,
  Passage,
  Problem,
  Review,
  SignOffItem,
  StageItem,
  SuggestionItem,
  ThreadItem,
  UnsentItem,
} from "../ipc/generated/wire";

/** What the review asks of the rest of the desk. */
export interface ReviewDesk {
  paths(): string[];
  body(path: string): string;
  state(path: string): ArticleState;
  /** Name of the person; empty where nobody knows it. */
  author(): string;
  setKey(path: string, key: string, value: string): void;
  say(event: Event): void;
}

/** Commands of the review. */
export type ReviewCommand =
  | "review"
  | "suggest"
  | "decide"
  | "undecide"
  | "note_suggestion"
  | "comment"
  | "reply"
  | "edit_message"
  | "resolve_thread"
  | "keep_off_record"
  | "attach"
  | "detach"
  | "keep_unsent"
  | "set_stage"
  | "sign_off"
  | "withdraw_sign_off"
  | "choose_review_path"
  | "export_review"
  | "import_review"
  | "desk_review";

/** How commands are carried out. */
export type Carried<K extends keyof Commands> = {
  [N in K]: (args: Commands[N]["args"]) => Commands[N]["answer"] | Promise<Commands[N]["answer"]>;
};

/** Words around a place, by which it is found again. */
interface Place {
  around: string;
  /** The place within them. */
  words: string;
}

type Suggested = Omit<SuggestionItem, "passage" | "standing" | "attached" | "mine"> & {
  place: Place;
  before?: Place;
};
type Thread = Omit<ThreadItem, "passage" | "standing" | "attached" | "quote" | "mentions_me"> & {
  place: Place | null;
  before?: Place;
};
type Signed = Omit<SignOffItem, "holds" | "mine" | "counts"> & { text: string };

interface Record {
  suggestions: Suggested[];
  threads: Thread[];
  signOffs: Signed[];
  stages: StageItem[];
  unsent: Map<string, UnsentItem>;
}

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
const FAURE = "Élise Faure";
const MOREL = "Claire Morel";

function suggested(
  id: string,
  some: Partial<Suggested> & Pick<Suggested, "class" | "place" | "new">,
): Suggested {
  return {
    id,
    author: FAURE,
    time: ago(12),
    note: "",
    old: some.place.words,
    verdict: "open",
    decided_by: "",
    edited_since: false,
    rivals: [],
    ...some,
  };
}

const at = (around: string, words = around): Place => ({ around, words });
const message = (id: string, author: string, minutes: number, text: string): MessageItem => ({
  id,
  author,
  mine: false,
  time: ago(minutes),
  text,
  edited: false,
  mentions: [],
});

/** The record of the first sample article: one of each kind. */
function cables(author: string): Record {
  return {
    suggestions: [
      suggested("s1", {
        class: "quote",
        place: at("on ne le pose qu’une fois", "ne le pose qu’"),
        new: "le pose ",
        note: "Réécouté à 12 h 40\u00a0: il dit «\u00a0on le pose une fois\u00a0».",
        time: ago(4),
      }),
      suggested("s2", {
        class: "figure",
        place: at("près de 99\u00a0% des", "près de 99\u00a0%"),
        new: "95\u00a0%",
        time: ago(6),
        rivals: ["s3"],
      }),
      suggested("s3", {
        class: "figure",
        author: MOREL,
        place: at("près de 99\u00a0% des", "99\u00a0%"),
        new: "98\u00a0%",
        time: ago(3),
        rivals: ["s2"],
      }),
      suggested("s4", {
        class: "negation",
        place: at("**Aucun remplacement n’est financé**", "Aucun remplacement n’est"),
        new: "Pas un remplacement n’est",
        time: ago(9),
      }),
      suggested("s5", {
        class: "words",
        place: at("prévoit de poser", "de poser"),
        new: "la pose de",
        time: ago(11),
      }),
      suggested("s6", {
        class: "words",
        place: at("deux consortiums", "deux consortiums"),
        new: "quatre consortiums",
        time: ago(40),
      }),
      suggested("s7", {
        class: "typography",
        place: at("résume l’un d’eux", "l’un d’eux"),
        old: "l'un d'eux",
        new: "l’un d’eux",
        time: ago(70),
        verdict: "accepted",
        decided_by: author,
      }),
      suggested("s8", {
        class: "words",
        place: at("La flotte mondiale", "mondiale"),
        new: "océanique",
        time: ago(80),
        verdict: "rejected",
        decided_by: author,
      }),
    ],
    threads: [
      {
        id: "t1",
        place: at("trois consortiums"),
        resolved: false,
        off_record: false,
        messages: [
          message(
            "m1",
            FAURE,
            25,
            `Trois ou quatre\u00a0? L’archive du 3 mars en cite un de plus. @${author}`,
          ),
          message("m2", MOREL, 18, "Trois\u00a0: le quatrième s’est retiré en septembre."),
        ],
      },
      {
        id: "t2",
        place: at("résume l’un d’eux", "l’un d’eux"),
        resolved: false,
        off_record: true,
        messages: [message("m3", MOREL, 33, "C’est le directeur des achats. Il ne veut pas être nommé.")],
      },
      {
        id: "t3",
        place: at("une usine de Calais"),
        resolved: false,
        off_record: false,
        messages: [message("m4", FAURE, 190, "Calais ou Boulogne\u00a0?")],
      },
      {
        id: "t4",
        place: null,
        resolved: true,
        off_record: false,
        messages: [message("m5", FAURE, 260, "Le calibrage est bon. Merci pour la chute.")],
      },
    ],
    signOffs: [
      { id: "f1", role: "sub_editor", author: FAURE, time: ago(95), withdrawn: false, text: "before" },
    ],
    stages: [{ stage: "review", author: MOREL, time: ago(300), reason: "" }],
    unsent: new Map(),
  };
}

/** The review of a desk in memory. */
export function memoryReview(desk: ReviewDesk): Carried<ReviewCommand> {
  const records = new Map<string, Record>();
  let last = 0;

  function get(path: string): Record {
    let record = records.get(path);
    if (!record) {
      record = path.startsWith("cables-")
        ? cables(desk.author() || "Camille Morel")
        : { suggestions: [], threads: [], signOffs: [], stages: [], unsent: new Map() };
      records.set(path, record);
    }
    return record;
  }

  function problem(code: string, message: string): Problem {
    return { code, message, hint: "" };
  }

  function signed(): string {
    const author = desk.author();
    if (author === "") throw problem("no_author", "Nobody knows your name yet.");
    return author;
  }

  const now = () => new Date().toISOString();
  const id = () => `n${++last}`;
  const mine = (author: string) => author === (desk.author() || "Camille Morel");

  function placed(path: string, { around, words }: Place): Passage | null {
    const from = desk.body(path).indexOf(around);
    if (from < 0) return null;
    const start = from + around.indexOf(words);
    return { start, end: start + words.length };
  }

  function placeAt(path: string, { start, end }: Passage): Place {
    const body = desk.body(path);
    return { around: body.slice(start, end + 24), words: body.slice(start, end) };
  }

  const exported = (path: string) => {
    const { furniture } = desk.state(path);
    return [furniture.title.value, furniture.standfirst.value, desk.body(path)].join("\n");
  };

  function review(path: string): Review {
    const record = get(path);
    const me = desk.author();
    const people = [...new Set([FAURE, MOREL, "Samia Haddad", ...(me ? [me] : [])])];
    const sameRole = (role: string) => (other: Signed) => other.role === role && !other.withdrawn;
    return {
      version: desk.state(path).version,
      suggestions: record.suggestions.map(({ place, before, ...item }) => {
        const passage = placed(path, place);
        const standing = !passage ? "orphaned" : place.words === item.old ? "placed" : "changed";
        return { ...item, mine: mine(item.author), attached: before !== undefined, passage, standing };
      }),
      threads: record.threads.map(({ place, before, ...item }) => {
        const passage = place && placed(path, place);
        return {
          ...item,
          attached: before !== undefined,
          passage,
          quote: place?.words ?? "",
          standing: place && !passage ? "orphaned" : "placed",
          mentions_me: me !== "" && item.messages.some(({ text }) => text.includes(`@${me}`)),
          messages: item.messages.map((one) => ({
            ...one,
            mine: mine(one.author),
            mentions: people.flatMap((name) => {
              const start = one.text.indexOf(`@${name}`);
              return start < 0 ? [] : [{ start, end: start + name.length + 1 }];
            }),
          })),
        };
      }),
      sign_offs: record.signOffs.map(({ text, ...item }, index) => ({
        ...item,
        holds: text === exported(path),
        mine: mine(item.author),
        // Newest first.
        counts: !item.withdrawn && !record.signOffs.slice(0, index).some(sameRole(item.role)),
      })),
      stages: record.stages,
      unsent: [...record.unsent.values()],
      people,
      problems: [],
    };
  }

  /** Answers the review after a change, and says so to other views. */
  function answer(path: string): Review {
    desk.say({ kind: "review_changed", path });
    return review(path);
  }

  function thread(path: string, name: string): Thread {
    const found = get(path).threads.find((one) => one.id === name);
    if (!found) throw problem("fault", `No such thread: ${name}`);
    return found;
  }

  const remark = (path: string, name: string) =>
    [...get(path).suggestions, ...get(path).threads].find((one) => one.id === name);

  function attach(path: string, name: string, place: Place) {
    const item = remark(path, name);
    if (item) Object.assign(item, { before: item.place ?? undefined, place });
  }

  const fresh = (text: string): MessageItem => ({
    id: id(),
    author: signed(),
    mine: true,
    time: now(),
    text,
    edited: false,
    mentions: [],
  });

  return {
    review: ({ path }) => review(path),
    suggest({ path, proposals, gone, settled }) {
      const author = signed();
      const record = get(path);
      if (!settled) return review(path);
      for (const one of record.suggestions) {
        if (one.author !== author || one.verdict === "accepted" || one.verdict === "rejected") continue;
        one.verdict = gone.includes(one.id) ? "withdrawn" : one.verdict;
        if (proposals.some(({ id }) => id === one.id)) one.verdict = "open";
      }
      for (const proposal of proposals) {
        const place = placeAt(path, proposal.passage);
        const before = record.suggestions.find((one) => one.id === proposal.id);
        if (before) Object.assign(before, { place, old: place.words, new: proposal.new });
        else
          record.suggestions.push(
            suggested(proposal.id, { author, class: "words", place, new: proposal.new, time: now() }),
          );
      }
      return answer(path);
    },
    decide({ path, ids, accept }) {
      const decided_by = signed();
      for (const item of get(path).suggestions) {
        if (ids.includes(item.id))
          Object.assign(item, { verdict: accept ? "accepted" : "rejected", decided_by });
      }
      return answer(path);
    },
    undecide({ path, ids }) {
      for (const item of get(path).suggestions) {
        if (ids.includes(item.id)) Object.assign(item, { verdict: "open", decided_by: "" });
      }
      return answer(path);
    },
    note_suggestion({ path, id: name, note }) {
      for (const item of get(path).suggestions) if (item.id === name) item.note = note;
      return answer(path);
    },
    comment({ path, passage, text, off_record }) {
      get(path).threads.push({
        id: id(),
        place: passage && placeAt(path, passage),
        resolved: false,
        off_record,
        messages: [fresh(text)],
      });
      return answer(path);
    },
    reply({ path, thread: name, text }) {
      thread(path, name).messages.push(fresh(text));
      return answer(path);
    },
    edit_message({ path, message: name, text }) {
      for (const one of get(path).threads.flatMap(({ messages }) => messages)) {
        if (one.id === name) Object.assign(one, { text, edited: true });
      }
      return answer(path);
    },
    resolve_thread({ path, thread: name, resolved }) {
      signed();
      thread(path, name).resolved = resolved;
      return answer(path);
    },
    keep_off_record({ path, thread: name, off }) {
      thread(path, name).off_record = off;
      return answer(path);
    },
    attach({ path, id: name, passage }) {
      attach(path, name, placeAt(path, passage));
      return answer(path);
    },
    detach({ path, id: name }) {
      const before = remark(path, name)?.before;
      if (!before) throw problem("remark_gone", `${name} was never attached.`);
      attach(path, name, before);
      return answer(path);
    },
    keep_unsent({ path, item, version }) {
      const { unsent } = get(path);
      const passage = version === null ? (unsent.get(item.key)?.passage ?? null) : item.passage;
      if (item.text === "" && !passage && !item.off_record) unsent.delete(item.key);
      else unsent.set(item.key, { ...item, passage });
      return null;
    },
    set_stage({ path, stage, reason }) {
      const author = signed();
      desk.setKey(path, "stage", stage);
      get(path).stages.unshift({ stage, author, time: now(), reason });
      desk.say({ kind: "review_changed", path });
      return desk.state(path);
    },
    sign_off({ path, role }) {
      const author = signed();
      get(path).signOffs.unshift({
        id: id(),
        role,
        author,
        time: now(),
        withdrawn: false,
        text: exported(path),
      });
      return answer(path);
    },
    withdraw_sign_off({ path, id: name }) {
      for (const item of get(path).signOffs) if (item.id === name) item.withdrawn = true;
      return answer(path);
    },
    choose_review_path: ({ path, form }) =>
      `/tmp/${path.replace(/\.md$/, form === "docx" ? ".docx" : ".critic.txt")}`,
    export_review: ({ out }) => ({ out, left_out: ["L’une des remarques n’a pas de place dans le texte."] }),
    import_review({ path, name, data }) {
      if (data === "") throw problem("not_text", `${name} is empty.`);
      return { review: answer(path), taken: 0, left_out: [] };
    },
    desk_review: () => desk.paths().flatMap((path) => line(path) ?? []),
  };

  function line(path: string): DeskReviewItem | null {
    const { furniture } = desk.state(path);
    const { suggestions, threads, sign_offs } = review(path);
    const unread: DeskReviewItem["unread"] = path.startsWith("cables-")
      ? [
          { class: "quote", count: 1 },
          { class: "figure", count: 2 },
          { class: "words", count: 5 },
        ]
      : path.startsWith("brest-")
        ? [{ class: "words", count: 12 }]
        : [];
    const broken = sign_offs.filter(({ holds, counts }) => !holds && counts);
    const item: DeskReviewItem = {
      path,
      title: furniture.title.value,
      stage: furniture.stage.value || "draft",
      deadline: furniture.deadline.value || furniture.embargo.value || null,
      unread,
      never_read: path.startsWith("entretien-"),
      suggestions: suggestions.filter(({ verdict }) => verdict === "open").length,
      mentions: threads.filter(({ mentions_me, resolved }) => mentions_me && !resolved).length,
      threads: threads.filter(({ resolved }) => !resolved).length,
      risk: unread[0]?.class ?? null,
      broken_seals: broken.map(({ role }) => role),
      broken_seal: broken[0]?.id ?? null,
    };
    const something = unread.length > 0 || item.never_read || item.threads > 0 || item.suggestions > 0;
    return something ? item : null;
  }
}
