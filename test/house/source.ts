// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

/** One file of the repository, its path from the root with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** As written. */
  readonly from: string;
  /** Imported names; `*` for a whole module, `default` for its default. */
  readonly names: readonly string[];
  /** Local name of the whole module or its default. */
  readonly local: string | null;
  readonly typeOnly: boolean;
}

/** `src/<room>/…` → room. */
export function roomOf(path: string): string | null {
  return /^src\/(?<room>[^/]+)\//u.exec(path)?.groups?.['room'] ?? null;
}

/** Tests and what serves them alone. */
export function isTest(path: string): boolean {
  return /\.test(?:-[a-z]+)?\.ts$/u.test(path);
}

export function isCode(path: string): boolean {
  return /\.(?:ts|js|mjs|cjs|tsx|mts)$/u.test(path);
}

/** Where a relative import leads, from the repository's root; `null` for a package. */
export function targetOf(source: Source, from: string): string | null {
  return from.startsWith('.') ? join(dirname(source.path), from) : null;
}

const parsed = new WeakMap<Source, ts.SourceFile>();

/** Once per file, however many rules ask. */
export function parse(source: Source): ts.SourceFile {
  const known = parsed.get(source);
  if (known !== undefined) return known;
  const tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
  parsed.set(source, tree);
  return tree;
}

export function* walk(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* walk(child);
}

/** Every way to name another module: import, export from, import(), require(), import types. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  for (const node of walk(parse(source))) {
    const one = importAt(node);
    if (one !== null) found.push(one);
  }
  return found;
}

function importAt(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) return declarationAt(node);
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const names =
      node.exportClause !== undefined && ts.isNamedExports(node.exportClause)
        ? node.exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
        : ['*'];
    return { from: textOf(node.moduleSpecifier), names, local: null, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node)) {
    const from = ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : '';
    return { from, names: ['*'], local: null, typeOnly: true };
  }
  const [argument] = ts.isCallExpression(node) ? node.arguments : [];
  if (ts.isCallExpression(node) && argument !== undefined && loads(node.expression)) {
    return { from: textOf(argument), names: ['*'], local: null, typeOnly: false };
  }
  return null;
}

function loads(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === 'require') ||
    (ts.isPropertyAccessExpression(callee) && callee.name.text === 'getBuiltinModule')
  );
}

function declarationAt(node: ts.ImportDeclaration): Import {
  const from = textOf(node.moduleSpecifier);
  const clause = node.importClause;
  const bindings = clause?.namedBindings;
  if (bindings !== undefined && ts.isNamedImports(bindings)) {
    const values = bindings.elements.filter((element) => !element.isTypeOnly);
    const names = values.map(({ name, propertyName }) => (propertyName ?? name).text);
    const whole = clause?.name?.text ?? null;
    const typeOnly =
      clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || (names.length === 0 && whole === null);
    return { from, names: whole === null ? names : [...names, 'default'], local: whole, typeOnly };
  }
  const local = bindings?.name.text ?? clause?.name?.text ?? null;
  return {
    from,
    names: ['*'],
    local,
    typeOnly: clause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
  };
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : `<computed: ${node.getText()}>`;
}
