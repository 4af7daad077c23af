// Finds by words in any order, by beginnings, or by letters in order; the better the match, the earlier.
export interface Rankable {
  label: string;
  english: string;
}

function score(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[\s._/-]/.test(text[at - 1] ?? '') ? 3 : 2;
  let from = 0;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found < 0) return 0;
    from = found + 1;
  }
  return word.length > 2 && from - word.length < 12 ? 0.5 : 0;
}

export function rank<T extends Rankable>(items: T[], words: string): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return items;
  return items
    .map((item) => {
      const scores = wanted.map((word) => Math.max(score(item.label.toLowerCase(), word), score(item.english.toLowerCase(), word) * 0.9));
      return { item, total: scores.includes(0) ? 0 : scores.reduce((a, b) => a + b, 0) };
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total)
    .map(({ item }) => item);
}
