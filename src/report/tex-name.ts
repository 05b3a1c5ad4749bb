const greek = new Set([
  'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'kappa', 'lambda', 'mu', 'nu', 'xi', 'rho', 'sigma',
  'tau', 'phi', 'chi', 'psi', 'omega',
]);

/**
 * A declared name in TeX, with an index for time where it has one: `W_z` is `W_{z}`, `p_i` with t is `p_{i,t}`, `l0` is
 * `l_{0}`, `in.W_z` is `W^{\mathrm{in}}_{z}`. Names of several letters are set as words.
 */
export function texName(name: string, time?: string): string {
  const path = name.split('.');
  const [base = '', ...subscripts] = (path.pop() ?? '').split('_');
  const [, letters = base, digits] = /^(.*?[A-Za-z])(\d+)$/.exec(base) ?? [];
  const below = [...(digits === undefined ? [] : [digits]), ...subscripts.map((each) => word(each, 'mathrm')), ...(time === undefined ? [] : [time])];
  const above = path.map((each) => word(each, 'mathrm'));
  return [
    word(letters, 'mathit'),
    above.length === 0 ? '' : `^{${above.join(',')}}`,
    below.length === 0 ? '' : `_{${below.join(',')}}`,
  ].join('');
}

function word(text: string, font: 'mathit' | 'mathrm'): string {
  if (greek.has(text)) return `\\${text}`;
  return /^(.|\d+)$/.test(text) ? text : `\\${font}{${text.replaceAll('$', '\\$')}}`;
}
