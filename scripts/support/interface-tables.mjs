import { inRoot } from './project.mjs';

/** `Default 500 ms.`, `Default: no limit.`, at the end of a sentence; a dot inside code or a number does not end it. */
const DEFAULT = /\s*\bDefault:? ((?:`[^`]*`|\d\.\d|[^.`])+)\./;

/**
 * Reads the interfaces of the contract with their doc comments: those are what an editor shows, so the tables of the
 * docs are made of the same words.
 */
export async function readInterfaces() {
  const { default: ts } = await import('typescript');
  const program = ts.createProgram([inRoot('lib', 'contract', 'index.ts')], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
  });
  const checker = program.getTypeChecker();
  const entry = checker.getSymbolAtLocation(program.getSourceFile(inRoot('lib', 'contract', 'index.ts')));
  const exported = new Map(
    checker.getExportsOfModule(entry).map((symbol) => [symbol.name, resolveAlias(symbol)]),
  );

  function resolveAlias(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  function get(name) {
    const symbol = exported.get(name);
    if (symbol === undefined) throw new Error(`The contract exports no ${name}.`);
    return symbol;
  }

  const docOf = (symbol) =>
    ts
      .displayPartsToString(symbol.getDocumentationComment(checker))
      .replace(/\{@link (\w+)\s*\}/g, '`$1`')
      .replace(/\s+/g, ' ');

  const propertiesOf = (symbol) => checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));

  const typeTextOf = (property) =>
    property.valueDeclaration.type
      .getText()
      .replace(/\breadonly /g, '')
      .replace(/ \| undefined$/, '')
      .replace(/\s+/g, ' ');

  const isOptional = (property) => (property.flags & ts.SymbolFlags.Optional) !== 0;

  function rowOf(property) {
    const doc = docOf(property);
    return {
      path: property.name,
      type: typeTextOf(property),
      default: DEFAULT.exec(doc)?.[1] ?? (isOptional(property) ? '' : 'required'),
      description: doc.replace(DEFAULT, '').trim(),
    };
  }

  return {
    doc: (name) => docOf(get(name)),
    fields: (name) => propertiesOf(get(name)).map((property) => property.name),
    options: (name) => propertiesOf(get(name)).map(rowOf),
  };
}
