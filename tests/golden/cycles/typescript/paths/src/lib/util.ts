import '../../app/one';
