import type { VectorMath } from '../vector-code.js';
import { fastExponentialWithin, float64ExponentialWithin, wideExponential } from './exponential.js';
import { Floats } from './floats.js';
import { atanhForm, logarithmOf } from './logarithm.js';
import { inFloat64 } from './wide.js';

// ln(1 + e^a) is max(a, 0) + ln(1 + e) with e = e^-|a|, which neither overflows nor cancels. Coefficients are for e from 0 to 1;
// the largest error stands beside them, relative to ln(1 + e).

/** (ln(1 + e) - e) / e², to 3.3e-8. */
const float32Series = [
  -0.49999648332595825, 0.33321329951286316, -0.2485722154378891, 0.19153888523578644, -0.1375432312488556, 0.07921099662780762,
  -0.03006996214389801, 0.005365914199501276,
];

/** (2 atanh(s) / s - 2) / s² as in `logarithm.ts`, to 1.3e-18. */
const float64Series = [
  0.6666666666666631, 0.40000000000155944, 0.2857142854800301, 0.2222222396134656, 0.1818174419097387, 0.153865548447884,
  0.13301032961332263, 0.12105671115246588, 0.08341689839114781, 0.17016027919521828,
];

/** 2 atanh(s) / s, to 4.0e-9. */
const wideSeries = [2 + 7.931027834473525e-9, 0.6666631446567318, 0.40024919803886866, 0.27960459887229755, 0.2817902095094675];

/** -|a|. */
function negative(v: Floats, a: string): string {
  return v.code.logic('or', a, v.bits(v.layout.sign));
}

/** The larger of a and 0; NaN stays. */
function positive(v: Floats, a: string): string {
  return v.code.binary('pmax', a, v.number(0));
}

/** ln(1 + e^a) in float32, within 4 ulp; what is below 1.7e-38 becomes 0. */
export const fastSoftplus: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const e = v.let('e', fastExponentialWithin(v, v.let('bounded', code.binary('pmax', negative(v, source), v.number(-87.5)))));
  const rest = v.multiplyAdd(v.polynomial(e, float32Series), v.let('square', v.mul(e, e)), e);
  return v.add(rest, positive(v, source));
};

/** ln(1 + e^a) in float32, within 0.6 ulp. */
export const exactSoftplus: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const bounded = code.binary('pmax', negative(narrow, source), narrow.number(-104));
  return inFloat64(code, [bounded, positive(narrow, source)], (wide, [decay = '', line = '']) => {
    const v = new Floats(wide);
    const e = v.let('e', wideExponential(v, decay));
    return v.add(atanhForm(v, e, wideSeries), line);
  });
};

/** ln(1 + e^a) in float64, within 1.6 ulp. */
export const float64Softplus: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const e = v.let('e', float64ExponentialWithin(v, v.let('bounded', code.binary('pmax', negative(v, source), v.number(-746)))));
  return v.add(logarithmOf(v, e, undefined, float64Series), positive(v, source));
};
