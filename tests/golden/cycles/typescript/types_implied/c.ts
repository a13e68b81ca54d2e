import { D } from './d';
export const c: D = D.of(1);
