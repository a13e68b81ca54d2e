import { F, f } from './f';
export const e = f;
