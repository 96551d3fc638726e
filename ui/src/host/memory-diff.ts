// The desk in memory: versions and how they differ. The first sample article has changes of every class and
// every kind; the others have none.

import type {
  ChangeClass,
  ChangeKind,
  ClassCount,
  DiffChange,
  DiffRow,
  DiffRun,
  DiffSplice,
  DiffView,
  RowMark,
  VersionItem,
  VersionRef,
} from "../ipc/generated/wire";
import type { Carried } from "./memory-review";

/** Commands of the differences. */
export type DiffCommand = "versions" | "diff" | "mark_read";

/** A change within a row: words taken out, put in, or set otherwise. */
interface Edit {
  class: ChangeClass;
  kind: ChangeKind;
  old: string;
  new: string;
}

type Piece = string | Edit;

interface Sketch {
  field?: string;
  mark?: RowMark;
  /** The change that the row itself is. */
  is?: Edit;
  text: Piece[];
}

const replace = (name: ChangeClass, old: string, now: string): Edit => ({
  class: name,
  kind: old === "" ? "insert" : now === "" ? "delete" : "replace",
  old,
  new: now,
});
const format = (name: ChangeClass, old: string, now: string): Edit => ({
  class: name,
  kind: "format",
  old,
  new: now,
});

const MOVED =
  "La flotte mondiale compte une soixantaine de navires, dont la moitié a plus de vingt ans. Aucun n’est neuf.";
const move: Edit = { class: "words", kind: "move", old: MOVED, new: MOVED };
const split: Edit = {
  class: "typography",
  kind: "split",
  old: "Le plus avancé… de fibre.",
  new: "Le plus avancé…\n\nIl prévoit… de fibre.",
};

const SKETCH: Sketch[] = [
  { field: "kicker", text: ["Réseaux"] },
  {
    field: "title",
    text: ["Les câbles sous-marins, nerf ", replace("furniture", "", "discret "), "de l’Atlantique"],
  },
  {
    field: "standfirst",
    text: [
      replace("furniture", "Deux", "Trois"),
      " nouvelles liaisons doivent entrer en service d’ici deux ans. Derrière la course au débit, une question\u00a0: qui les répare\u00a0?",
    ],
  },
  {
    text: [
      "Ils sont à peine plus épais qu’un tuyau d’arrosage, et ",
      replace("figure", "95\u00a0%", "près de 99\u00a0%"),
      " des échanges entre continents y passent. Cette année, ",
      replace("figure", "deux", "trois"),
      " consortiums ",
      replace("attribution", "auraient annoncé", "ont annoncé"),
      " des liaisons entre la Bretagne et la côte est des États-Unis.",
    ],
  },
  { mark: "moved_from", is: move, text: [MOVED] },
  {
    mark: "split",
    is: split,
    text: [
      "Le plus avancé, porté par un groupe franco-irlandais, ",
      replace("words", "va poser", "prévoit de poser"),
      " 6\u202f200 kilomètres de fibre.",
    ],
  },
  { text: ["## Réparer, le vrai métier"] },
  {
    text: [
      "> «\u00a0Un câble, on ",
      replace("quote", "le pose", "ne le pose qu’"),
      "une fois. On le répare toute sa vie.\u00a0»",
    ],
  },
  { text: ["> — Yann ", replace("name", "Kerbras", "Kerbrat"), ", capitaine d’un navire câblier"] },
  { mark: "moved_to", is: move, text: [MOVED] },
  {
    text: [
      format("typography", "Aucun remplacement", "**Aucun remplacement**"),
      " ",
      replace("negation", "est", "n’est"),
      " financé au-delà de 2028.",
    ],
  },
  { text: ["Les armateurs attendent une commande publique."] },
  { text: ["Elle ne vient pas."] },
  { text: ["Le marché, lui, se tend."] },
  { text: ["Les chantiers sont pleins jusqu’en 2031."] },
  {
    text: [
      "Le ",
      format("link", "https://example.org/rapport-2024", "https://example.org/rapport-2026"),
      " de l’agence le dit autrement.",
    ],
  },
  { mark: "delete", text: [replace("words", "Reste à savoir qui paiera.", "")] },
];

const ORDER: ChangeClass[] = [
  "quote",
  "figure",
  "name",
  "negation",
  "attribution",
  "link",
  "furniture",
  "words",
  "typography",
];

/** The edit that takes a change out of the body, where its new words stand there once. */
function puttingBack(body: string, edit: Edit): DiffSplice[] {
  const start = edit.new === "" ? -1 : body.indexOf(edit.new);
  if (start < 0 || body.includes(edit.new, start + 1)) return [];
  return [{ start, end: start + edit.new.length, text: edit.old }];
}

/** What the sketch says, as the desk says it. */
function sample(body: string): Pick<DiffView, "changes" | "counts" | "rows"> {
  const edits: { edit: Edit; change: DiffChange }[] = [];
  for (const { field, is, text } of SKETCH) {
    text.forEach((piece, index) => {
      if (typeof piece === "string") return;
      const near = (other: Piece | undefined) => (typeof other === "string" ? other : "");
      edits.push({
        edit: piece,
        change: {
          class: piece.class,
          kind: piece.kind,
          field: field ?? null,
          old: piece.old === "" ? null : { text: piece.old, start: null, end: null },
          new: piece.new === "" ? null : { text: piece.new, start: null, end: null },
          before: near(text[index - 1]).slice(-24),
          after: near(text[index + 1]).slice(0, 24),
          put_back: field ? [] : puttingBack(body, piece),
          value: field ? text.map((part) => (typeof part === "string" ? part : part.old)).join("") : null,
        },
      });
    });
    if (is && !edits.some(({ edit }) => edit === is)) {
      edits.push({
        edit: is,
        change: {
          class: is.class,
          kind: is.kind,
          field: null,
          old: { text: is.old, start: null, end: null },
          new: { text: is.new, start: null, end: null },
          before: "",
          after: "",
          put_back: [],
          value: null,
        },
      });
    }
  }
  edits.sort((a, b) => ORDER.indexOf(a.edit.class) - ORDER.indexOf(b.edit.class));
  const number = (edit: Edit) => edits.findIndex((one) => one.edit === edit);
  const rows = SKETCH.map(({ field, mark = "kept", is, text }): DiffRow => {
    const inline = text.flatMap((piece): DiffRun[] => {
      if (typeof piece === "string") return [{ text: piece, mark: "same", change: null }];
      const change = number(piece);
      if (piece.kind === "format") {
        return [{ text: piece.class === "link" ? "rapport" : piece.old, mark: "format", change }];
      }
      return [
        { text: piece.old, mark: "delete" as const, change },
        { text: piece.new, mark: "insert" as const, change },
      ].filter((run) => run.text !== "");
    });
    return {
      field: field ?? null,
      mark,
      change: is ? number(is) : null,
      old: mark === "moved_to" || mark === "insert" ? null : inline.filter((run) => run.mark !== "insert"),
      new: mark === "moved_from" || mark === "delete" ? null : inline.filter((run) => run.mark !== "delete"),
      inline,
    };
  });
  const counts = ORDER.map((name): ClassCount => ({
    class: name,
    count: edits.filter(({ edit }) => edit.class === name).length,
  })).filter(({ count }) => count > 0);
  return { changes: edits.map(({ change }) => change), counts, rows };
}

/** The differences of a desk in memory. */
export function memoryDiff(desk: {
  body(path: string): string;
  modified(path: string): number;
  version(path: string): number;
}): Carried<DiffCommand> {
  /** Text that was read, by article; the sample was read before its changes. */
  const read = new Map<string, string>();
  const MINUTE = 60_000;

  function versions(path: string): VersionItem[] {
    const at = (minutes: number) => new Date(desk.modified(path) - minutes * MINUTE).toISOString();
    const item = (version: VersionRef, author: string, time: string, label = ""): VersionItem => ({
      version,
      label,
      author,
      time,
    });
    return [
      item({ is: "draft" }, "Camille Morel", ""),
      ...(path.startsWith("cables-") || read.has(path)
        ? [item({ is: "read" }, "Camille Morel", at(120))]
        : []),
      ...(path.startsWith("cables-")
        ? [item({ is: "signed", id: "f1" }, "Élise Faure", at(95), "sub_editor")]
        : []),
      item({ is: "revision", id: 99 }, "Camille Morel", at(9), "avant relecture"),
      item({ is: "revision", id: 98 }, "Camille Morel", at(17)),
      item({ is: "commit", name: "4c1e09a" }, "Élise Faure", at(1500), "câbles\u00a0: premier jet"),
      item({ is: "revision", id: 96 }, "Élise Faure", at(1600)),
    ];
  }

  function find(path: string, wanted: VersionRef): VersionItem {
    const all = versions(path);
    return (
      all.find(({ version }) => JSON.stringify(version) === JSON.stringify(wanted)) ??
      all.find(({ version }) => version.is === wanted.is) ?? {
        version: wanted,
        label: "",
        author: "",
        time: "",
      }
    );
  }

  function same(path: string): DiffRow[] {
    return desk
      .body(path)
      .split(/\n\n+/)
      .filter(Boolean)
      .map((text) => {
        const runs: DiffRun[] = [{ text, mark: "same", change: null }];
        return { field: null, mark: "kept", change: null, old: runs, new: runs, inline: runs };
      });
  }

  return {
    versions: ({ path }) => ({ items: versions(path), more: false }),
    diff({ path, old, new: now }) {
      const isRead = old.is === "read" && read.get(path) === desk.body(path);
      const plain = !path.startsWith("cables-") || isRead || JSON.stringify(old) === JSON.stringify(now);
      return {
        old: find(path, old),
        new: find(path, now),
        seen: desk.body(path),
        version: now.is === "draft" ? desk.version(path) : null,
        ...(plain ? { changes: [], counts: [], rows: same(path) } : sample(desk.body(path))),
      };
    },
    mark_read({ path, seen }) {
      if (seen !== desk.body(path)) throw { code: "read_moved", message: "It moved on.", hint: "" };
      read.set(path, desk.body(path));
      return null;
    },
  };
}
