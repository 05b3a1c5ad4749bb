/**
 * What the creator of a module calls its own variables and functions, and what these call theirs wherever sizes are
 * written out: names that sizes, buffers and values have to stay clear of.
 */
export const moduleIdentifiers: readonly string[] = [
  ...'options batchSize maxSteps name size arenaLength region bytes arena memory view at length next batch steps tape stepCount'.split(' '),
  ...'sigmoid softplus exponential hyperbolicTangent powerOfTwoMinusOne powersOfTwo pack fromZero fromTarget'.split(' '),
  ...Array.from({ length: 64 }, (_, terms) => `product${String(terms)}`),
  ...'runForward runBackward runLoss runGradient runStep runUpdate'.split(' '),
  ...'packParameters packForForward packForBackward packForLoss packForGradient packForUpdate'.split(' '),
  ...'cached forwardViews backwardViews stepViews params grads gradients slots state'.split(' '),
  ...'checkBatch checkInteger least most checkType countOf parts computeLoss check checkOptional checkIndices checkValues place placeOrZero start'.split(' '),
  ...'carry carried placeState placeOrZero markFresh fresh keepState keepRow final finalState row width stateAt given kept'.split(' '),
  ...'definition byParameter applyUpdate checkPositive scale value where own trained format withState numbersOf setNumbers Object Array Uint8Array'.split(' '),
  ...'inputs examples initialState rows count cotangents dFinalState accumulate learningRate loss checkpoint parameters values'.split(' '),
  ...'String Boolean Symbol Function Promise Date RegExp Uint8Array globalThis'.split(' '),
];

/** The same where a module derives along directions. */
export const directionalIdentifiers: readonly string[] =
  'runJvp runHvp packForJvp packForHvp jvpViews jvpTangents hvpViews direction tangents named checkKeys key known checkDirection placeDirection'.split(' ');

/** The same where sequences have lengths of their own. */
export const lengthsIdentifiers: readonly string[] = 'lengths checkLengths checkValidIndices placeLengths Array Int32Array'.split(' ');

/** The same where kernels are WebAssembly. */
export const wasmIdentifiers: readonly string[] = 'header known zerosAt operandCopyAt pages compile decode decoded multiplyAdd group sign digit code fused WebAssembly Int32Array Uint8Array'.split(' ');

/** The same for the function that gives parameters their first values. */
export const initializerIdentifiers: readonly string[] = [
  ...'module seed params counter random bits uniform normal orthogonal values low high k String'.split(' '),
  ...'rows columns count length at vector pass other overlap square'.split(' '),
];
