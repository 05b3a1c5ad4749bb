export * from './declare/index.js';
export * from './cells/index.js';
export { dense } from './layers/dense.js';
export { meanSquaredError } from './layers/mean-squared-error.js';
