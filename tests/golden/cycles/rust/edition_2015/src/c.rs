mod a;
use self::a::Inner;
use a::A;
pub struct C(pub A, pub Inner);
