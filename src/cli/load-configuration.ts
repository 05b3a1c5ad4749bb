import type { Configuration } from '../configuration.js';
import { loadModule } from './load-module.js';
import { UserError } from './user-error.js';
import { ConfigurationError, validateConfiguration } from './validate-configuration.js';

/**
 * Loads and checks a configuration file.
 *
 * @throws UserError with the place in the file; DeclarationError for a mistake in a cell that it imports
 */
export async function loadConfiguration(file: string): Promise<Configuration> {
  const exported = await loadModule(file);
  // Reading `default` where there is none gives the whole module, for the sake of CommonJS.
  if (!Object.hasOwn(exported, 'default')) {
    throw new UserError('the configuration has no default export; write: export default defineConfig({ … })', { file });
  }
  const library = await import('../graph/graph.js');
  return placing(file, () => validateConfiguration(exported['default'], library));
}

/** Gives a mistake in a configuration its place in the file. */
export async function placing<Result>(file: string, body: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // Finding the place takes a parser that is slow to load.
    const { placeInConfiguration } = await import('./place-in-configuration.js');
    throw new UserError(error.reason, placeInConfiguration(file, error.path));
  }
}
