#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "kbot needs OpenSSL 3.0 or later (libssl-dev)"
#endif
