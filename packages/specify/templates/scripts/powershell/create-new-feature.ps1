#!/usr/bin/env pwsh
# Starts a feature: its number and name, its branch, its directory in specs/ with an empty specification.
[CmdletBinding(PositionalBinding = $false)]
param(
    [switch]$Json,
    [string]$ShortName = '',
    # A text, so that 0 can be told from nothing.
    [string]$Number = '',
    [switch]$Help,
    [Parameter(Position = 0, ValueFromRemainingArguments = $true)]
    [string[]]$FeatureDescription
)

. ([System.IO.Path]::Combine($PSScriptRoot, 'common.ps1'))

# GitHub refuses longer names of branches (244 bytes beside refs/heads/).
$MaximumNameLength = 244
# Longer numbers do not fit into the arithmetic of the bash scripts.
$MaximumDigits = 15

$StopWords = @(
    'i a an the to for of in on at by with from is are was were be been being have has had do does did'
    'will would should could can may might must shall this that these those my your our their want need add get set'
) -join ' ' -split ' '

$Usage = @'
Usage: create-new-feature.ps1 [-Json] [-ShortName NAME] [-Number N] DESCRIPTION...

  -Json            print the result as one line of JSON
  -ShortName NAME  name of the branch after its number, instead of words of the description
  -Number N        number of the feature, instead of the next free one
  -Help            print this text

Example: create-new-feature.ps1 -ShortName sign-in "Let people sign in with a passkey"
'@

if ($Help) {
    $Usage
    exit 0
}
$description = @($FeatureDescription) -join ' '
if (-not $description) {
    [Console]::Error.WriteLine($Usage)
    exit 1
}

# The nearest directory above these scripts that holds .git or .specify.
function Get-ProjectRoot {
    $directory = New-Object System.IO.DirectoryInfo $PSScriptRoot
    while ($null -ne $directory) {
        foreach ($mark in '.git', '.specify') {
            $path = [System.IO.Path]::Combine($directory.FullName, $mark)
            if ([System.IO.Directory]::Exists($path) -or [System.IO.File]::Exists($path)) { return $directory.FullName }
        }
        $directory = $directory.Parent
    }
    Stop-Script 'No project found: neither a git repository nor a .specify directory above this script.'
}

# The text's runs of letters and digits. First the other characters go, then the case: some of them would become letters.
function Get-Words([string]$Text) {
    ($Text -creplace '[^A-Za-z0-9]+', ' ') -split ' ' | Where-Object { $_ }
}

function Get-Slug([string]$Text) { return (@(Get-Words $Text) -join '-').ToLowerInvariant() }

# The first three words that say something (all four when there are exactly four).
# A word of one or two letters counts when it also stands in capitals, like UI.
function Get-MeaningfulWords([string]$Text) {
    $all = @(Get-Words $Text)
    $kept = @($all | Where-Object {
        $inCapitals = '(^|[^A-Za-z0-9_])' + $_.ToUpperInvariant() + '($|[^A-Za-z0-9_])'
        ($StopWords -cnotcontains $_.ToLowerInvariant()) -and ($_.Length -ge 3 -or $Text -cmatch $inCapitals)
    })
    if ($kept.Count -eq 0) { $kept = @($all | Select-Object -First 3) }
    if ($kept.Count -ne 4) { $kept = @($kept | Select-Object -First 3) }
    return ($kept -join '-').ToLowerInvariant()
}

# The number of a name when it counts, else 0. Three digits make a feature; with this very suffix any number counts,
# so that no name is taken twice. Without git every number at the front of a directory counts.
function Get-TakenNumber([string]$Name, [string]$Suffix, [bool]$HasGit) {
    $pattern = if ($HasGit) { '^([0-9]+)-(.*)$' } else { '^([0-9]+)' }
    $match = [regex]::Match($Name, $pattern)
    if (-not $match.Success) { return 0 }
    $digits = $match.Groups[1].Value
    if ($HasGit -and $digits.Length -ne 3 -and $match.Groups[2].Value -cne $Suffix) { return 0 }
    $digits = $digits.TrimStart('0')
    if ($digits -eq '' -or $digits.Length -gt $MaximumDigits) { return 0 }
    return [long]$digits
}

# Names of the branches here and on origin. What was fetched earlier still counts when a remote cannot be reached.
function Get-BranchNames([string]$Root) {
    $format = '--format=%(refname)'
    Get-GitLines @('-C', $Root, 'for-each-ref', $format, 'refs/heads') | ForEach-Object { $_ -creplace '^refs/heads/', '' }
    $remotes = @(Get-GitLines @('-C', $Root, 'remote'))
    foreach ($remote in $remotes) {
        # Not --all: git would take a remote named like an option for that option.
        [void](Get-GitLines @('-C', $Root, 'fetch', '--prune', '--quiet', '--', $remote))
        # The numbers of a fork or a colleague are their own.
        if ($remote -cne 'origin') { continue }
        $prefix = "refs/remotes/$remote/"
        Get-GitLines @('-C', $Root, 'for-each-ref', $format, $prefix) | ForEach-Object { $_.Substring($prefix.Length) }
        # Not only what was fetched: a remote may be set up to fetch a few branches, or none.
        Get-GitLines @('-C', $Root, 'ls-remote', '--heads', '--', $remote) | ForEach-Object { $_ -creplace '^.*?refs/heads/', '' }
    }
}

function Get-NextNumber([string]$Root, [string]$Suffix, [bool]$HasGit) {
    $names = @(Get-SpecDirectories $Root)
    if ($HasGit) { $names += @(Get-BranchNames $Root) }
    [long]$highest = 0
    foreach ($name in $names) { $highest = [Math]::Max($highest, [long](Get-TakenNumber $name $Suffix $HasGit)) }
    return $highest + 1
}

$root = Get-GitRoot
$hasGit = $null -ne $root
if (-not $hasGit) { $root = Get-ProjectRoot }
[void][System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($root, 'specs'))

$suffix = if ($ShortName) { Get-Slug $ShortName } else { Get-MeaningfulWords $description }

if (-not $Number) {
    [long]$value = Get-NextNumber $root $suffix $hasGit
}
elseif ($Number -cnotmatch '^[0-9]+$' -or $Number.Length -gt $MaximumDigits) {
    Stop-Script "-Number needs a whole number, not: $Number"
}
else {
    [long]$value = $Number
}
$featureNumber = $value.ToString('000', [System.Globalization.CultureInfo]::InvariantCulture)

$name = "$featureNumber-$suffix"
if ($name.Length -gt $MaximumNameLength) {
    Write-Caution "The name of the branch is too long: at most $MaximumNameLength bytes are allowed."
    Write-Caution "Asked for: $name ($($name.Length) bytes)"
    $name = $name.Substring(0, $MaximumNameLength) -creplace '-$', ''
    Write-Caution "Shortened to: $name ($($name.Length) bytes)"
}

if ($hasGit) {
    $ErrorActionPreference = 'Continue'
    & git -C $root checkout -b $name | ForEach-Object { [Console]::Error.WriteLine($_) }
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    $ErrorActionPreference = 'Stop'
}
else {
    Write-Caution "No git repository here: the branch $name is not created."
}

$directory = [System.IO.Path]::Combine($root, 'specs', $name)
$spec = [System.IO.Path]::Combine($directory, 'spec.md')
$template = [System.IO.Path]::Combine($root, '.specify', 'templates', 'spec-template.md')
[void][System.IO.Directory]::CreateDirectory($directory)
if ([System.IO.File]::Exists($template)) { Copy-Content $template $spec } else { [System.IO.File]::WriteAllText($spec, '') }

Write-Fields $Json ([ordered]@{ BRANCH_NAME = $name; SPEC_FILE = $spec; FEATURE_NUM = $featureNumber; HAS_GIT = $hasGit })
if (-not $Json) { "In another session, or without git, name the feature with: `$env:SPECIFY_FEATURE = '$name'" }
