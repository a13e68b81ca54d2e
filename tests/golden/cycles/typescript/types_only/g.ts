let h: import('./h').H;
export type G = 1;
