/** What stands above a cell in its source: the one place that names its paper. */
export interface Docblock {
  /** Paragraphs as written, without comment marks. */
  readonly text: string;
  readonly papers: readonly Paper[];
}

export interface Paper {
  /** `Cho et al. 2014` */
  readonly short: string;
  readonly title: string;
}

/**
 * The docblocks of the constants that a file exports, by name. A constant without one, or with one that names no paper, is of
 * the paper that was last named above it; without one it has that text too.
 */
export function docblocksOf(source: string): Map<string, Docblock> {
  const found = new Map<string, Docblock>();
  let last: Docblock = { text: '', papers: [] };
  for (const [, comment, exported, name = ''] of source.matchAll(statement)) {
    const text = comment === undefined ? '' : withoutMarks(comment);
    const papers = papersIn(text);
    if (papers.length > 0) last = { text, papers };
    if (exported === undefined) continue;
    found.set(name, { text: text === '' ? last.text : text, papers: papers.length > 0 ? papers : last.papers });
  }
  return found;
}

/** A constant, function or type at the top of a file, and the comment above it. */
const statement = /(?:^\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?^(export )?(?:const|function|type|interface) (\w+)/gm;

function withoutMarks(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^ ?\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** `Sak, Senior & Beaufays 2014, "Long Short-Term …"` */
const citation = /((?:van der )?\p{Lu}[\p{L}'-]+(?:, \p{Lu}[\p{L}'-]+)*(?: & (?:von )?\p{Lu}[\p{L}'-]+| et al\.)? \d{4}), "([^"]+)"/gu;

function papersIn(text: string): Paper[] {
  return [...text.replace(/\s+/g, ' ').matchAll(citation)].map(([, short = '', title = '']) => ({ short, title }));
}
