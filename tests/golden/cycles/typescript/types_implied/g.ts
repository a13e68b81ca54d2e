import { H } from './h';
export declare const enum G { A }
export abstract class GG extends H {}
