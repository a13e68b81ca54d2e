import { e } from './e';
export type F = 1;
export function f() { return e }
