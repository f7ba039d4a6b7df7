/** The usual ways in which keys of the file become fields of a plan. */
import * as z from "zod/mini";
import {
  type CommonOf,
  commonOf,
  type DataOf,
  type Field,
  type Fields,
  type FileKey,
  type FileKeys,
  key,
  type KeysOf,
  keysOf,
  mapping,
  nothing,
  readerOf,
  type SchemaNode,
  standardOf,
  storedOf,
  type Values,
  whole,
} from "./key.ts";
import { word } from "./values.ts";

/** One key of this name. */
export type Named<N extends string, D> = { readonly [P in N]: FileKey<D> };

/** What a usual field may say beside its key. */
type Beside<V> = Pick<Field<V>, "isOfProcesses"> & {
  readonly matters: Field<V>["matters"];
};

/** A field that is what one key says. */
export function asSaid<N extends string, V>(
  name: N,
  of: Beside<V> & {
    readonly shape: z.ZodMiniType<V>;
    readonly standard: V;
    readonly schema?: () => SchemaNode;
  },
): Field<V, Named<N, V>> {
  const { shape, standard, schema = () => ({ default: standard }), ...beside } = of;
  return {
    ...beside,
    keys: named(name, key(shape, { schema })),
    read: (data) => saidIn(data, name) ?? standard,
    stored: () => shape,
    standard,
  };
}

/** A field that is one of a few words, which `global_config` may say for all jobs. */
export function oneOf<N extends string, W extends string>(
  name: N,
  words: readonly W[],
  of: Beside<W> & { readonly standard: NoInfer<W> },
): Field<W, Named<N, string>, Named<N, string>> & { readonly common: Named<N, string> } {
  const { standard, ...beside } = of;
  const keys = named(name, word(words, standard));
  return {
    ...beside,
    keys,
    common: keys,
    read(data, { common }) {
      const said = saidIn(data, name) ?? saidIn(common, name);
      return words.find((known) => known === said) ?? standard;
    },
    stored: () => z.enum(words),
    standard,
  };
}

/** A number that the plan keeps in another unit; a limit where it has no standard value. */
export function measure<N extends string, S extends number | null>(
  name: N,
  shape: z.ZodMiniType<number>,
  of: {
    readonly stored: () => z.ZodMiniType<number | S>;
    /** In the unit of the file. */
    readonly standard: S;
    readonly factor?: number;
  },
): Field<number | S, Named<N, number>> {
  const { stored, standard, factor = 1 } = of;
  const inUnitOfPlan = (value: number | S) =>
    typeof value === "number" ? value * factor as number | S : value;
  const schema = () => standard === null ? {} : { default: standard };
  return {
    keys: named(name, key(shape, { schema })),
    read: (data) => inUnitOfPlan(saidIn(data, name) ?? standard),
    stored,
    standard: inUnitOfPlan(standard),
    matters: whole,
  };
}

/** The fields of a mapping under a key of its own; `more` are keys of it that other fields are read from. */
export function group<N extends string, F extends Fields, M extends FileKeys>(
  name: N,
  fields: F,
  more: M,
): Field<Values<F>, Named<N, DataOf<KeysOf<F> & M>>, CommonOf<F>> {
  const inner = { ...keysOf(fields), ...more };
  const read = readerOf(fields);
  const mattering = Object.entries(fields).filter(([, { matters }]) => matters !== nothing);
  return {
    keys: named(name, mapping(inner)),
    common: commonOf(fields),
    read: (data, around) => read((saidIn(data, name) ?? {}) as DataOf<KeysOf<F>>, around),
    stored: () => storedOf(fields),
    standard: standardOf(fields),
    matters: (values) => mattering.map(([name, field]) => field.matters(values[name as keyof F])),
  };
}

function named<N extends string, D>(name: N, one: FileKey<D>): Named<N, D> {
  return { [name]: one } as Named<N, D>;
}

/** What a mapping says under a key; the compiler does not follow a name that is a parameter. */
function saidIn<N extends string, D>(data: DataOf<Named<N, D>>, name: N): D | undefined {
  return (data as Readonly<Record<string, unknown>>)[name] as D | undefined;
}
