#!/usr/bin/env bash
# Puts an unfilled plan.md into the current feature's directory.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

json=false
for argument in "$@"; do
  case $argument in
    --json) json=true ;;
    --help | -h)
      printf '%s\n' 'Usage: setup-plan.sh [--json]' '' '  --json      print the result as a line of JSON' \
        '  --help, -h  print this text'
      exit 0
      ;;
  esac
done

resolve_feature
require_feature_branch
mkdir -p "$FEATURE_DIR"

template=$REPO_ROOT/.specify/templates/plan-template.md
if [[ -f $template ]]; then
  cat -- "$template" >"$IMPL_PLAN"
  printf 'Plan template copied to %s\n' "$IMPL_PLAN"
else
  warn "Plan template not found: $template"
  touch -- "$IMPL_PLAN"
fi

print_fields "$json" FEATURE_SPEC "$FEATURE_SPEC" IMPL_PLAN "$IMPL_PLAN" SPECS_DIR "$FEATURE_DIR" \
  BRANCH "$CURRENT_BRANCH" HAS_GIT "$HAS_GIT"
