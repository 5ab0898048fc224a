#!/usr/bin/env bash
# Makes the database and the roles of every service, with the passwords that charts/secrets.sh left, and then shreds the file of passwords. May be
# run again: what is there is left as it is. Where one fails it says which, goes on with the others, keeps the file, and ends with an error.
#
#   charts/databases.sh PASSWORDS [psql's own arguments]      for example: charts/databases.sh passwords -h db.example.org -U postgres
set -uo pipefail
passwords=${1:?PASSWORDS is missing: the file that charts/secrets.sh wrote}
shift
script=$(dirname "${BASH_SOURCE[0]}")/databases.sql
made=0 failed=()
word='^[A-Za-z0-9_-]+$'
while read -r service password owner; do
    # An empty password would be taken, and would let nobody in.
    [[ $service =~ $word && $password =~ $word && $owner =~ $word ]] || { echo "$passwords: a line is not 'service password owner_password'." >&2; failed+=("$service"); continue; }
    # psql reads variables from its own standard input too, so that no password stands in a list of processes.
    if psql --no-psqlrc --quiet --no-password "$@" <<EOT
\set service '$service'
\set password '$password'
\set owner_password '$owner'
\i $script
EOT
    then made=$((made + 1)); else failed+=("$service"); fi
done <"$passwords"
echo "$made databases are there"
if ((${#failed[@]})); then
    echo "Not made: ${failed[*]}. $passwords is kept; mend what psql said and run this again." >&2
    exit 1
fi
((made)) || { echo "$passwords names no service." >&2; exit 1; }
shred -u "$passwords"
