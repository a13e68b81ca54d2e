import { two } from 'two';
