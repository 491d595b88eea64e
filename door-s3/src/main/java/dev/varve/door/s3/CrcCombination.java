package dev.varve.door.s3;

/// Computes the CRC of two byte sequences, one behind the other, from the CRC of each: with `P` the
/// polynomial and `n` the length of the second in bits, `crc(AB) = crc(A) * x^n mod P + crc(B)`, as
/// in zlib's `crc32_combine`. Costs O(log n).
///
/// Immutable.
///
/// @param width      bits of the CRC, 32 or 64
/// @param polynomial with its bits reversed
record CrcCombination(int width, long polynomial) {
    static final CrcCombination CRC32 = new CrcCombination(32, 0xEDB88320L);
    static final CrcCombination CRC32C = new CrcCombination(32, 0x82F63B78L);
    static final CrcCombination CRC64NVME = new CrcCombination(64, Crc64Nvme.POLYNOMIAL);

    long combine(long first, long second, long secondBytes) {
        return multiply(powerOfX(secondBytes), first) ^ second;
    }

    /// `x^(8 * bytes)` modulo the polynomial; the highest bit stands for `x^0`.
    private long powerOfX(long bytes) {
        long product = 1L << (width - 1);
        long square = 1L << (width - 2);
        for (int i = 0; i < 3; i++) {
            square = multiply(square, square);
        }
        for (long n = bytes; n != 0; n >>>= 1) {
            if ((n & 1) != 0) {
                product = multiply(square, product);
            }
            square = multiply(square, square);
        }
        return product;
    }

    private long multiply(long a, long b) {
        long product = 0;
        long factor = b;
        for (int bit = width - 1; bit >= 0; bit--) {
            if ((a >>> bit & 1) != 0) {
                product ^= factor;
            }
            factor = (factor & 1) != 0 ? factor >>> 1 ^ polynomial : factor >>> 1;
        }
        return product;
    }
}
