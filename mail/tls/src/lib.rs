//! Nothing but tests, in `tests/`: of the feature `tls` of the package `mail`. They are a package
//! of their own, because rustls brings code in C and assembler, for which a check for another
//! operating system would need that system's compiler.
