// The desk in memory: a few articles to look at.

/** An article of the desk in memory. */
export interface Sample {
  path: string;
  /** Front matter, by key. */
  keys: Record<string, string>;
  body: string;
  /** Milliseconds since 1970. */
  modified: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const now = Date.now();

const CABLES = `Ils sont à peine plus épais qu’un tuyau d’arrosage, et près de 99\u00a0% des échanges entre continents y passent. Cette année, trois consortiums ont annoncé des liaisons entre la Bretagne et la côte est des États-Unis.

Le plus avancé, porté par un groupe franco-irlandais, prévoit de poser 6\u202f200 kilomètres de fibre.

## Réparer, le vrai métier

> «\u00a0Un câble, on ne le pose qu’une fois. On le répare toute sa vie.\u00a0»
>
> — Yann Kerbrat, capitaine d’un navire câblier

La flotte mondiale compte une soixantaine de navires, dont la moitié a plus de vingt ans. **Aucun remplacement n’est financé** au-delà de 2028.

Les armateurs, eux, attendent une commande publique qui ne vient pas. *On nous demande la souveraineté, on nous paie au forfait*, résume l’un d’eux.
`;

const filler = (n: number) => "Le texte de cet article tient lieu de copie. ".repeat(n).trim();

export const SAMPLES: Sample[] = [
  {
    path: "cables-sous-marins.md",
    keys: {
      title: "Les câbles sous-marins, nerf discret de l’Atlantique",
      kicker: "Réseaux",
      standfirst:
        "Trois nouvelles liaisons doivent entrer en service d’ici deux ans. Derrière la course au débit, une question\u00a0: qui les répare\u00a0?",
      byline: "Claire Morel, à Saint-Nazaire",
      section: "Réseaux",
      slug: "cables-sous-marins",
      stage: "review",
      date: "2026-11-22",
      length: "1000",
    },
    body: CABLES,
    modified: now - 4 * MINUTE,
  },
  {
    path: "brest-fibre.md",
    keys: {
      title: "À Brest, la fibre attend toujours son port",
      byline: "J. Le Gall",
      section: "Territoires",
      slug: "brest-fibre",
      stage: "review",
      embargo: new Date(now + 6 * HOUR).toISOString(),
    },
    body: filler(114),
    modified: now - 31 * MINUTE,
  },
  {
    path: "entretien-nuage.md",
    keys: {
      title: "Entretien\u00a0: «\u00a0Le cloud n’a rien d’un nuage\u00a0»",
      byline: "S. Haddad",
      section: "Idées",
      slug: "entretien-nuage",
      stage: "review",
      legal: "needs_check",
    },
    body: filler(198),
    modified: now - 55 * MINUTE,
  },
  {
    path: "cout-centre-donnees.md",
    keys: {
      title: "Ce que coûte vraiment un centre de données",
      byline: "C. Morel",
      section: "Enquête",
      slug: "cout-centre",
      stage: "draft",
    },
    body: filler(273),
    modified: now - DAY,
  },
  {
    path: "breve-satellite.md",
    keys: {
      title: "Brève\u00a0: un satellite de plus",
      byline: "rédaction",
      section: "Espace",
      stage: "draft",
    },
    body: filler(14),
    modified: now - DAY - HOUR,
  },
  {
    path: "data-centres-drink.md",
    keys: {
      title: "Data centres drink before dawn",
      byline: "A. Okafor",
      section: "World desk",
      lang: "en",
      stage: "draft",
    },
    body: filler(60),
    modified: now - 2 * DAY,
  },
  {
    path: "port-franc.md",
    keys: {
      title: "Le port franc qui voulait des serveurs",
      byline: "M. Roux",
      section: "Économie",
      stage: "approved",
    },
    body: filler(80),
    modified: now - 3 * HOUR,
  },
  {
    path: "marseille-carrefour.md",
    keys: {
      title: "Pourquoi Marseille est devenue un carrefour",
      byline: "C. Morel",
      section: "Réseaux",
      stage: "approved",
    },
    body: filler(90),
    modified: now - 5 * HOUR,
  },
  {
    path: "oeuvre-reseau.md",
    keys: {
      title: "Une œuvre faite de pannes",
      byline: "Inès Bœuf",
      section: "Culture",
      slug: "oeuvre-pannes",
      stage: "published",
    },
    body: filler(40),
    modified: now - 6 * DAY,
  },
];
