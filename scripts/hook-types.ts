import { readFileSync } from "node:fs";
import ts from "typescript";

/**
 * The declarations that authors of plugins import as `@docker-machine/cli/hooks`.
 *
 * @param path a file of types that imports nothing
 */
export function hookTypes(path: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(path, "utf8"), { fileName: path });
  if (diagnostics.length > 0)
    throw new Error(
      ts.formatDiagnostics(diagnostics, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => "", getNewLine: () => "\n" }),
    );
  return outputText;
}
