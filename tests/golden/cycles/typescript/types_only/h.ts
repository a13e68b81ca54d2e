import { G } from './g';
export type H = G;
