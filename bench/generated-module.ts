export type Values = Float32Array | Float64Array;
export type Named = Readonly<Record<string, Values>>;

/** What the benchmark calls of a generated module, whatever its definition and target. */
export interface GeneratedModule {
  readonly parameters: Values;
  readonly params: Named;
  readonly inputs: Named;
  forward(inputs: Named): { readonly outputs: Named };
  backward(cotangents: Named): unknown;
  trainStep(examples: Named, options: { readonly learningRate: number }): unknown;
  step(inputs: Named): Named;
  packParameters(): void;
}

export interface CreateOptions {
  readonly sizes: Readonly<Record<string, number>>;
  readonly batchSize: number;
  readonly maxSteps: number;
}

export interface ModuleExports {
  readonly create: (options: CreateOptions) => GeneratedModule;
  readonly initialize: (module: GeneratedModule, seed: number) => void;
}
