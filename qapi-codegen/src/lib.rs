//! Reads QEMU's QAPI schemas.
