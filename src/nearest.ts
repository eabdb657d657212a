import { distance } from "fastest-levenshtein";

/** The candidate that was probably meant: two neighbouring letters are swapped, or at most a third of its letters differ. `undefined` if none is that near. */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = isSwapped(typed, candidate) ? 1 : distance(typed, candidate);
    if (edits <= Math.max(1, Math.floor(candidate.length / 3)) && edits < (best?.edits ?? Number.POSITIVE_INFINITY))
      best = { candidate, edits };
  }
  return best?.candidate;
}

function isSwapped(typed: string, candidate: string): boolean {
  if (typed.length !== candidate.length) return false;
  const at = [...typed].findIndex((letter, index) => letter !== candidate[index]);
  const swapped = typed.slice(0, at) + typed.slice(at + 1, at + 2) + typed.slice(at, at + 1) + typed.slice(at + 2);
  return at !== -1 && swapped === candidate;
}
