import { c } from './c';
export const D = { of: (x: number) => x };
export type D = number;
