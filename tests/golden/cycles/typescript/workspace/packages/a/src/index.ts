import { b } from '@x/b';
export * from './sub';
