#!/usr/bin/env bash
# Renews the certificate authorities that are built into every function: those of RDS and, for RDS Proxy and Aurora's newer
# endpoints, Amazon's roots. Run it where the internet is; look at the change before you commit it.
set -euo pipefail
cd "$(dirname "$0")/../shared/db/certs"

fetch() { # address, file
    local new
    new=$(mktemp)
    trap 'rm -f "$new"' RETURN
    curl --fail --silent --show-error --location "$1" --output "$new"
    grep -q 'BEGIN CERTIFICATE' "$new" || { echo "$1 answers no certificates" >&2; exit 1; }
    local before after
    before=$(grep -c 'BEGIN CERTIFICATE' "$2" || true)
    after=$(grep -c 'BEGIN CERTIFICATE' "$new")
    install -m 644 "$new" "$2"
    echo "$2: $before certificates before, $after now"
}

fetch https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem rds-ca-bundle.pem

roots=$(mktemp -d)
trap 'rm -rf "$roots"' EXIT
for root in AmazonRootCA1 AmazonRootCA2 AmazonRootCA3 AmazonRootCA4 SFSRootCAG2; do
    curl --fail --silent --show-error "https://www.amazontrust.com/repository/$root.pem" --output "$roots/$root.pem"
    grep -q 'BEGIN CERTIFICATE' "$roots/$root.pem" || { echo "$root is no certificate" >&2; exit 1; }
done
cat "$roots"/*.pem > amazon-root-cas.pem
chmod 644 amazon-root-cas.pem
echo "amazon-root-cas.pem: $(grep -c 'BEGIN CERTIFICATE' amazon-root-cas.pem) certificates now"
