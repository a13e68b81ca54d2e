import F, { type G } from './f';
export const e = new F();
