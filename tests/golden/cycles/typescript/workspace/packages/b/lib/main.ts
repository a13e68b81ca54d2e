import { own } from '#own/own';
