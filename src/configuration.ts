import type { CellDefinition } from './declare/cell.js';
import type { ModelDefinition } from './declare/model.js';
import type { DirectionalDerivative } from './program/directional.js';
import type { OptimizerDefinition } from './optimizers/optimizer.js';

/** How one definition becomes one module. */
export interface ModuleConfiguration {
  readonly definition: CellDefinition | ModelDefinition;
  /** Sizes fixed when the module is built; the others are given to its creator. */
  readonly sizes?: Readonly<Record<string, number>>;
  /**
   * The batch, fixed when the module is built: a positive integer. By default it is free up to what the creator is given,
   * and schedules are chosen for batches of some size; for streams of single examples give 1.
   */
  readonly batchSize?: number;
  /** Of storage and results, and of arithmetic in `wasm`; TypeScript computes in float64 always. Default `float32`. */
  readonly precision?: 'float32' | 'float64';
  /**
   * `exact` uses the platform's functions, or in `wasm` functions that are as good; `fast` approximates to float32 accuracy, for
   * float32 modules only, and takes values to be finite: 0 · x is 0 whatever x. Default `exact`.
   */
  readonly math?: 'exact' | 'fast';
  /** In what the kernels are written: TypeScript, or WebAssembly SIMD inside the same module, which a page's policy must allow (`'wasm-unsafe-eval'`). Default `typescript`. */
  readonly target?: 'typescript' | 'wasm';
  /** For `wasm`: the same bits on every host, at the price of fused multiplication and addition. Default false. */
  readonly reproducible?: boolean;
  /** Adds `update`, which takes the gradients that are there, and to models with a loss `trainStep`. */
  readonly optimizer?: OptimizerDefinition;
  /** Leaves out everything that training needs. */
  readonly forwardOnly?: boolean;
  /**
   * Adds methods that derive along a direction: `jvp`, how outputs, final state and loss change; `hvp`, how the gradient changes, which
   * is the Hessian times the direction. Each adds about as much code as `forward` and `backward` have. Default none.
   */
  readonly derivatives?: readonly DirectionalDerivative[];
  /**
   * Lets the sequences of a batch have different lengths: `forward`, `evaluate`, `valueAndGradient` and `trainStep` take `lengths`.
   * Default false.
   */
  readonly lengths?: boolean;
  /**
   * Sequences are `[batch, steps, …]` instead of `[steps, batch, …]` wherever a caller sees them: inputs, targets, outputs, and their
   * derivatives. Default false.
   */
  readonly batchFirst?: boolean;
  /** TypeScript, or JavaScript with declarations. Default `ts`. */
  readonly format?: 'ts' | 'js';
  /** The file's name without its ending; default the definition's name in kebab case. */
  readonly fileName?: string;
}

/** What a configuration file exports: all modules that one build writes. */
export interface Configuration {
  /** The folder that modules are written to, relative to the configuration file. */
  readonly output: string;
  readonly modules: readonly ModuleConfiguration[];
}

/** Gives the configuration back: it is there for the types, and for completion in an editor. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration;
}
