export type { C } from './c';
export const d = 1;
