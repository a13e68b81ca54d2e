import './linked';
import './folder/thing';
