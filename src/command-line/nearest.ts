import { distance } from "fastest-levenshtein";

/** The candidate that was probably meant: at most a third of its letters differ. `undefined` if none is that near. */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(typed, candidate);
    if (edits <= Math.max(1, Math.floor(candidate.length / 3)) && edits < (best?.edits ?? Number.POSITIVE_INFINITY))
      best = { candidate, edits };
  }
  return best?.candidate;
}
