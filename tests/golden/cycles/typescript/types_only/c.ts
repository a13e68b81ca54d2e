import { type D, d } from './d';
export const c = d;
