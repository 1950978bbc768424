# selfaudit's collector for Windows Server: looks at this server from the inside and writes one text about it.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1 > facts.txt      best as administrator
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1 -Compact         a short block to copy and paste
#
# What it does: it reads settings, the registry, logs and what runs. docs/collector.md of selfaudit lists every part.
# What it never does: change a file or a setting, use the network (updates are looked up in what Windows already knows),
# or print a password, a key or mail. Values after words such as "password" and "secret" become ***.
# PowerShell 5.1 or newer. Without administrator rights some parts come out as "denied". It ends within half a minute.
#
#   -Compact    write a short block for copying from a console
#   -Packages   add the list of all installed programs

param([switch]$Compact, [switch]$Packages)

Set-StrictMode -Off
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$Version = '1.0.0'
$Started = [DateTime]::UtcNow
$Deadline = $Started.AddSeconds(28)
$Identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$Admin = (New-Object Security.Principal.WindowsPrincipal($Identity)).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
$script:Text = New-Object Text.StringBuilder
$script:Count = 0

# ---- Tools ----------------------------------------------------------------------------------------------------------

# POSIX cksum, with a table of 256 entries; PowerShell 5.1 reads large hexadecimal numbers as negative ones.
$script:Table = New-Object 'uint32[]' 256
for ($i = 0; $i -lt 256; $i++) {
    $value = [uint32]$i -shl 24
    for ($bit = 0; $bit -lt 8; $bit++) {
        if ($value -band [uint32]2147483648) { $value = ($value -shl 1) -bxor [uint32]79764919 } else { $value = $value -shl 1 }
    }
    $script:Table[$i] = $value
}
function Get-Cksum([string]$Content) {
    $crc = [uint32]0
    foreach ($octet in [Text.Encoding]::ASCII.GetBytes($Content)) {
        $crc = ($crc -shl 8) -bxor $script:Table[[int](($crc -shr 24) -bxor [uint32]$octet)]
    }
    $length = $Content.Length
    while ($length -gt 0) {
        $crc = ($crc -shl 8) -bxor $script:Table[[int](($crc -shr 24) -bxor [uint32]($length -band 255))]
        $length = $length -shr 8
    }
    return $crc -bxor [uint32]::MaxValue
}

function Get-Sha256([string]$Content) {
    $hash = [Security.Cryptography.SHA256]::Create().ComputeHash([Text.Encoding]::ASCII.GetBytes($Content))
    return ([BitConverter]::ToString($hash) -replace '-', '').ToLowerInvariant()
}

function Get-Utc($When) {
    if ($null -eq $When) { return '-' }
    return ([DateTime]$When).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
}

function Get-YesNo([bool]$Answer) { if ($Answer) { return 'yes' } else { return 'no' } }

# A value of the registry, $null if it is not there.
function Get-Setting([string]$Path, [string]$Name) {
    $item = Get-ItemProperty -Path $Path -ErrorAction SilentlyContinue
    if ($null -eq $item) { return $null }
    return $item.$Name
}

# A field of a row: without the separator.
function Get-Field($Value) { return ([string]$Value) -replace '[|\r\n]', '?' }

# A line fit to print: ASCII, no control characters, no secrets, at most 399 characters and the bar.
function ConvertTo-Clean([string]$Line) {
    if ($Line.Length -gt 1500) { $Line = $Line.Substring(0, 1500) }
    $Line = $Line -replace '\t', ' '
    $Line = $Line -replace '[\x00-\x1f\x7f]', ''
    $Line = $Line -replace '[^\x20-\x7e]', '?'
    $Line = $Line -replace '(://)[^/ "]*@', '$1***@'
    $Line = $Line -replace '(?i)((pass(w(or)?d|phrase)?|pwd|secret|token|key)\w*["'']? *[=:]+ *)("[^"]*"|''[^'']*''|[^ ]+)', '$1***'
    $Line = $Line -replace '(?i)((^|\W)(password|passwd|passphrase|secret|token|bearer) +)[^ *][^ ]*', '$1***'
    $Line = $Line.TrimEnd(' ')
    if ($Line.Length -gt 399) { $Line = $Line.Substring(0, 396) + '...' }
    return $Line
}

# Writes a part: its name, the greatest number of its lines, and what gives them. A block may end with
# Get-Status "denied" and the like, which stands for the whole.
function Get-Status([string]$Status, [string]$Note) { return [pscustomobject]@{ IsStatus = $true; Status = $Status; Note = $Note } }
function Write-Part([string]$Name, [int]$Most, [scriptblock]$Block) {
    $status = 'ok'
    $note = ''
    $cut = ''
    $lines = New-Object Collections.Generic.List[string]
    if ([DateTime]::UtcNow -ge $Deadline) {
        $status = 'skipped'
        $note = 'time'
    } else {
        try {
            foreach ($answer in @(& $Block)) {
                if ($null -eq $answer) { continue }
                if ($answer.IsStatus) {
                    $status = $answer.Status
                    $note = $answer.Note
                } elseif ($lines.Count -ge $Most) {
                    $cut = ' cut'
                } else {
                    $lines.Add((ConvertTo-Clean ([string]$answer)))
                }
            }
        } catch [Management.Automation.CommandNotFoundException] {
            $status = 'absent'
        } catch [UnauthorizedAccessException] {
            $status = 'denied'
        } catch {
            if ($Admin) { $status = 'failed' } else { $status = 'denied' }
        }
    }
    $body = ''
    foreach ($line in $lines) { $body += '|' + $line + "`n" }
    if ($script:Text.Length + $body.Length -gt 950000) {
        $status = 'skipped'
        $note = 'size'
        $cut = ''
        $body = ''
        $lines.Clear()
    }
    $head = $Name + ' ' + $status + ' ' + $lines.Count
    if ($note -ne '') { $cut += ' note=' + $note }
    # The check sum covers the words of this line too.
    [void]$script:Text.Append('@ ' + $head + ' ' + (Get-Cksum ($head + $cut + "`n" + $body)) + $cut + "`n" + $body)
    $script:Count++
}

# ---- What it is -----------------------------------------------------------------------------------------------------

[void]$script:Text.Append("selfaudit-collector 1`n")
$Current = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'

Write-Part 'meta' 20 {
    'collector=' + $Version
    'time=' + (Get-Utc $Started)
    'system=windows'
    'mode=live'
    'chroot=no'
    'root=' + (Get-YesNo $Admin)
    'user=' + $env:USERNAME
    'shell=powershell ' + $PSVersionTable.PSVersion
    'options=' + ((@(if ($Compact) { '-Compact' }) + @(if ($Packages) { '-Packages' })) -join ' ')
}

Write-Part 'host' 20 {
    $name = ([string]$env:COMPUTERNAME).ToLowerInvariant()
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    'name=' + $name
    if ($computer.PartOfDomain) { 'fqdn=' + $name + '.' + ([string]$computer.Domain).ToLowerInvariant() } else { 'fqdn=' + $name }
    $guid = Get-Setting 'HKLM:\SOFTWARE\Microsoft\Cryptography' 'MachineGuid'
    if ($guid) { 'machine=' + (Get-Sha256 ([string]$guid)).Substring(0, 16) }
    $model = [string]$computer.Manufacturer + ' ' + [string]$computer.Model
    $virt = 'none'
    foreach ($pair in @(@('VMware', 'vmware'), @('Virtual Machine', 'microsoft'), @('QEMU', 'kvm'), @('KVM', 'kvm'), @('OpenStack', 'kvm'), @('Xen', 'xen'),
            @('VirtualBox', 'oracle'), @('Amazon', 'kvm'), @('Google', 'kvm'))) {
        if ($model.Contains($pair[0])) { $virt = $pair[1] }
    }
    'virt=' + $virt
    $boot = (Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime
    'uptime=' + [int64]([DateTime]::UtcNow - $boot.ToUniversalTime()).TotalSeconds
    'boot=' + (Get-Utc $boot)
    'timezone=' + [TimeZoneInfo]::Local.Id
}

Write-Part 'os-release' 10 {
    $caption = [string](Get-CimInstance -ClassName Win32_OperatingSystem).Caption
    'ID=windows'
    if ($caption -match '(20\d\d)( R2)?') { 'VERSION_ID=' + $Matches[1] + ([string]$Matches[2]).Trim() } elseif ($caption -match 'Windows (\d+)') { 'VERSION_ID=' + $Matches[1] }
    'PRETTY_NAME=' + $caption.Trim()
    'BUILD_ID=' + (Get-Setting $Current 'CurrentBuildNumber') + '.' + (Get-Setting $Current 'UBR')
}

Write-Part 'os-extra' 10 { 'subscription=absent' }
Write-Part 'kernel' 10 {
    'running=' + [Environment]::OSVersion.Version
    'machine=' + $env:PROCESSOR_ARCHITECTURE
    'livepatch=no'
}

Write-Part 'addresses' 300 {
    foreach ($address in Get-NetIPAddress) {
        (Get-Field $address.InterfaceAlias) + '|' + ($address.IPAddress -replace '%.*', '') + '/' + $address.PrefixLength
    }
}

Write-Part 'time' 5 {
    $service = Get-Service -Name W32Time
    $type = Get-Setting 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters' 'Type'
    if ($service.Status -eq 'Running' -and $type -ne 'NoSync') { 'synchronised=unknown' } else { 'synchronised=no' }
    'service=W32Time'
}

# ---- Packages -------------------------------------------------------------------------------------------------------

Write-Part 'packages.manager' 5 {
    'manager=windows-update'
    'version=' + (Get-Item -Path ($env:windir + '\System32\wuaueng.dll')).VersionInfo.ProductVersion
}

# What Windows already knows: nothing is asked of the network.
Write-Part 'packages.upgrade' 400 {
    $session = New-Object -ComObject Microsoft.Update.Session
    $searcher = $session.CreateUpdateSearcher()
    $searcher.Online = $false
    foreach ($update in $searcher.Search('IsInstalled=0 and IsHidden=0').Updates) {
        $security = $false
        foreach ($category in $update.Categories) {
            if ($category.CategoryID -eq '0fa1201d-4330-4fa8-8ae9-b877473b6441') { $security = $true }
        }
        $kb = @($update.KBArticleIDs | Select-Object -First 1)
        $number = '-'
        if ($kb.Count -gt 0) { $number = 'KB' + $kb[0] }
        $severity = '-'
        if ($update.MsrcSeverity) { $severity = $update.MsrcSeverity; $security = $true }
        $number + '|' + (Get-Field $update.Title) + '|' + $severity + '|' + (Get-YesNo $security)
    }
}
Write-Part 'packages.security' 1 { Get-Status 'absent' '' }
Write-Part 'packages.held' 200 {
    $session = New-Object -ComObject Microsoft.Update.Session
    $searcher = $session.CreateUpdateSearcher()
    $searcher.Online = $false
    foreach ($update in $searcher.Search('IsInstalled=0 and IsHidden=1').Updates) { [string]$update.Title }
}

Write-Part 'packages.lists' 5 {
    $results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
    if ($results.LastSearchSuccessDate) {
        # The date is UTC already, and does not say so.
        $when = [DateTime]::SpecifyKind($results.LastSearchSuccessDate, [DateTimeKind]::Utc)
        'newest=' + (Get-Utc $when)
        'oldest=' + (Get-Utc $when)
        'count=1'
        'success=' + (Get-Utc $when)
    } else {
        'count=0'
    }
}

Write-Part 'packages.sources' 20 {
    $server = Get-Setting 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate' 'WUServer'
    if ($server) { 'WSUS ' + $server } else { 'Microsoft Update' }
}
Write-Part 'packages.broken' 1 { Get-Status 'absent' '' }

function Get-Installed {
    $places = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*', 'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
    Get-ItemProperty -Path $places -ErrorAction SilentlyContinue | Where-Object { $_.DisplayName } | Sort-Object -Property DisplayName -Unique
}
Write-Part 'packages.of-interest' 300 {
    $wanted = 'openssl|openssh|php|apache|nginx|iis|tomcat|java|jdk|jre|node|python|ruby|mysql|mariadb|sql server|postgres|mongo|redis|exchange|hmail|mailenable|smartermail|plesk|docker|xampp|wamp|filezilla|bind|unbound|antivirus|defender|endpoint'
    foreach ($entry in Get-Installed) {
        if ($entry.DisplayName -match $wanted) {
            (Get-Field $entry.DisplayName) + '|' + (Get-Field $entry.DisplayVersion) + '|' + (Get-Field $entry.DisplayName) + '|' + (Get-Field $entry.Publisher)
        }
    }
}
Write-Part 'packages.installed' 8000 {
    if (-not $Packages) { return Get-Status 'skipped' 'packages' }
    foreach ($entry in Get-Installed) {
        $row = (Get-Field $entry.DisplayName) + '|' + (Get-Field $entry.DisplayVersion)
        $row + '|' + $row
    }
}
Write-Part 'packages.integrity' 1 { Get-Status 'absent' '' }

# ---- Restarts and automation ----------------------------------------------------------------------------------------

Write-Part 'reboot.flag' 10 {
    $why = @()
    if (Test-Path -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') { $why += 'Windows Update' }
    if (Test-Path -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending') { $why += 'Component Based Servicing' }
    'required=' + (Get-YesNo ($why.Count -gt 0))
    'tool=windows'
    'text=' + ($why -join ', ')
}
Write-Part 'reboot.services' 1 { Get-Status 'absent' '' }

Write-Part 'automation' 20 {
    $policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'
    $mode = Get-Setting $policy 'AUOptions'
    if ($null -eq $mode) { $mode = Get-Setting 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update' 'AUOptions' }
    $off = (Get-Setting $policy 'NoAutoUpdate') -eq 1
    $stopped = (Get-Service -Name wuauserv).StartType -eq 'Disabled'
    'windows-update|installed|yes'
    'windows-update|enabled|' + (Get-YesNo (-not $off -and -not $stopped -and $mode -ne 1))
    # 2 tells, 3 downloads and tells, 4 installs at a set time, 5 lets the local administrator choose; unset on a server is 3.
    'windows-update|installs|' + (Get-YesNo ($mode -eq 4))
    'windows-update|security_only|no'
    'windows-update|reboot|' + (Get-YesNo ($mode -eq 4 -and (Get-Setting $policy 'NoAutoRebootWithLoggedOnUsers') -ne 1))
    $results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
    if ($results.LastSearchSuccessDate) { 'windows-update|last_run|' + (Get-Utc ([DateTime]::SpecifyKind($results.LastSearchSuccessDate, [DateTimeKind]::Utc))) }
    if ($results.LastInstallationSuccessDate) { 'windows-update|last_success|' + (Get-Utc ([DateTime]::SpecifyKind($results.LastInstallationSuccessDate, [DateTimeKind]::Utc))) }
}

# ---- Software -------------------------------------------------------------------------------------------------------

Write-Part 'software.runtimes' 60 {
    $names = @{ 'php.exe' = 'php'; 'mysqld.exe' = 'mysql'; 'mariadbd.exe' = 'mariadb'; 'postgres.exe' = 'postgresql'; 'nginx.exe' = 'nginx'; 'httpd.exe' = 'apache'
        'redis-server.exe' = 'redis'; 'node.exe' = 'node'; 'java.exe' = 'java'; 'named.exe' = 'bind'; 'unbound.exe' = 'unbound'; 'sshd.exe' = 'openssh'; 'dockerd.exe' = 'docker' }
    $seen = @{}
    foreach ($process in Get-CimInstance -ClassName Win32_Process) {
        $name = $names[([string]$process.Name).ToLowerInvariant()]
        if (-not $name -or -not $process.ExecutablePath -or $seen[$process.ExecutablePath]) { continue }
        $seen[$process.ExecutablePath] = $true
        $version = (Get-Item -Path $process.ExecutablePath).VersionInfo.ProductVersion
        if (-not $version) { $version = '-' }
        $name + '|' + (Get-Field $version) + '|' + (Get-Field $process.ExecutablePath) + '|-|-'
    }
}
Write-Part 'software.panels' 10 {
    $plesk = Get-Setting 'HKLM:\SOFTWARE\Wow6432Node\PLESK\PSA Config\Config' 'PRODUCT_ROOT_D'
    if ($plesk) {
        $version = '-'
        if (Test-Path -Path ($plesk + 'version')) { $version = ([string](Get-Content -Path ($plesk + 'version') -TotalCount 1)).Split(' ')[0] }
        'plesk|' + $version + '|-'
    }
}
$script:Sites = @()
Write-Part 'software.sites' 100 {
    foreach ($place in ($env:SystemDrive + '\inetpub\wwwroot'), ($env:SystemDrive + '\inetpub\vhosts'), ($env:SystemDrive + '\xampp\htdocs')) {
        if (-not (Test-Path -Path $place)) { continue }
        foreach ($file in Get-ChildItem -Path $place -Filter 'version.php' -Recurse -Depth 6 -File -ErrorAction SilentlyContinue | Select-Object -First 100) {
            if ($file.Directory.Name -ne 'wp-includes') { continue }
            $site = $file.Directory.Parent.FullName
            $version = '-'
            foreach ($line in Get-Content -Path $file.FullName -TotalCount 60) { if ($line -match '^\$wp_version *= *''([^'']*)''') { $version = $Matches[1] } }
            $script:Sites += $site
            'wordpress|' + (Get-Field $site) + '|' + $version + '|-'
        }
    }
}
Write-Part 'software.plugins' 400 {
    foreach ($site in $script:Sites) {
        foreach ($folder in Get-ChildItem -Path ($site + '\wp-content\plugins') -Directory -ErrorAction SilentlyContinue) {
            foreach ($file in Get-ChildItem -Path $folder.FullName -Filter '*.php' -File | Select-Object -First 30) {
                $head = (Get-Content -Path $file.FullName -TotalCount 60) -join "`n"
                if ($head -match 'Plugin Name:' -and $head -match '(?m)^[ *#/]*Version: *([0-9A-Za-z._-]+)') {
                    (Get-Field $site) + '|plugin|' + (Get-Field $folder.Name) + '|' + $Matches[1] + '|-'
                    break
                }
            }
        }
    }
}
Write-Part 'software.wp' 1 { Get-Status 'absent' '' }

# ---- The host -------------------------------------------------------------------------------------------------------

Write-Part 'listeners' 400 {
    $programs = @{}
    foreach ($process in Get-Process) { $programs[[int]$process.Id] = $process.ProcessName }
    foreach ($kind in 'tcp', 'udp') {
        if ($kind -eq 'tcp') { $found = Get-NetTCPConnection -State Listen } else { $found = Get-NetUDPEndpoint }
        foreach ($entry in $found) {
            $address = ([string]$entry.LocalAddress) -replace '%.*', ''
            $six = ''
            if ($address.Contains(':')) { $six = '6' }
            $program = $programs[[int]$entry.OwningProcess]
            if (-not $program) { $program = '-' }
            $kind + $six + '|' + $address + '|' + $entry.LocalPort + '|' + (Get-Field $program) + '|-'
        }
    }
}
foreach ($name in 'firewall.nft', 'firewall.iptables', 'firewall.ip6tables', 'firewall.iptables-nat', 'firewall.pf', 'firewall.ufw', 'firewall.firewalld') {
    Write-Part $name 1 { Get-Status 'absent' '' }
}
Write-Part 'firewall.state' 20 {
    $global = Get-NetIPAddress -AddressFamily IPv6 | Where-Object { $_.IPAddress -match '^[23]' } | Select-Object -First 1
    'ipv6=' + (Get-YesNo ($null -ne $global))
    'docker=' + (Get-YesNo ($null -ne (Get-Service -Name docker -ErrorAction SilentlyContinue)))
    foreach ($rule in Get-NetFirewallProfile -PolicyStore ActiveStore) {
        'windows=' + $rule.Name + ',' + $rule.Enabled + ',' + $rule.DefaultInboundAction
    }
}
Write-Part 'firewall.containers' 1 { Get-Status 'absent' '' }
$SshConfig = $env:ProgramData + '\ssh\sshd_config'
Write-Part 'login.sshd' 1 { Get-Status 'absent' '' }
Write-Part 'login.sshd-files' 200 {
    if (-not (Test-Path -Path $SshConfig)) { return Get-Status 'absent' '' }
    foreach ($line in Get-Content -Path $SshConfig -TotalCount 1000) {
        if ($line -match '^\s*[A-Za-z]' -and $line -notmatch '(?i)^\s*hostkey') { 'sshd_config|' + $line.Trim() }
    }
}
Write-Part 'login.keys' 100 {
    if (-not $Admin) { return Get-Status 'denied' '' }
    $files = @(Get-Item -Path ($env:ProgramData + '\ssh\administrators_authorized_keys') -ErrorAction SilentlyContinue)
    $files += @(Get-Item -Path ($env:SystemDrive + '\Users\*\.ssh\authorized_keys') -ErrorAction SilentlyContinue)
    foreach ($file in $files) {
        $keys = @(Get-Content -Path $file.FullName -TotalCount 1000 | Where-Object { $_ -match '(ssh-|ecdsa-|sk-)\S+ +\S{20}' }).Count
        (Get-Field $file.Directory.Parent.Name) + '|' + (Get-Field $file.FullName) + '|' + (Get-Utc $file.LastWriteTime) + '|' + $keys
    }
}
Write-Part 'login.accounts' 300 {
    foreach ($user in Get-LocalUser) {
        $state = 'set'
        if (-not $user.Enabled) { $state = 'locked' } elseif (-not $user.PasswordRequired -and -not $user.PasswordLastSet) { $state = 'none' }
        $changed = '-'
        if ($user.PasswordLastSet) { $changed = (Get-Utc $user.PasswordLastSet).Substring(0, 10) }
        (Get-Field $user.Name) + '|' + ([string]$user.SID).Split('-')[-1] + '|-|' + $state + '|' + $changed
    }
}
Write-Part 'login.admins' 50 {
    $names = @(Get-LocalGroupMember -SID 'S-1-5-32-544' | ForEach-Object { (Get-Field $_.Name) -replace ',', '?' })
    'Administrators|' + ($names -join ',')
}
Write-Part 'login.guard' 10 {
    'fail2ban|absent'
    $terminal = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server'
    'rdp|' + $(if ((Get-Setting $terminal 'fDenyTSConnections') -eq 0) { 'active' } else { 'inactive' })
    'rdp-nla|' + $(if ((Get-Setting ($terminal + '\WinStations\RDP-Tcp') 'UserAuthentication') -eq 1) { 'active' } else { 'inactive' })
}

Write-Part 'malware.scanners' 30 {
    $status = Get-MpComputerStatus
    'defender|installed|yes'
    'defender|version|' + $status.AMProductVersion
    'defender|active|' + (Get-YesNo ($status.AntivirusEnabled -and $status.RealTimeProtectionEnabled))
    if ($status.AntivirusSignatureLastUpdated) { 'defender|database|' + (Get-Utc $status.AntivirusSignatureLastUpdated) }
    $ended = @($status.QuickScanEndTime, $status.FullScanEndTime) | Where-Object { $_ } | Sort-Object | Select-Object -Last 1
    if ($ended) {
        'defender|last_scan|' + (Get-Utc $ended)
        $month = [DateTime]::UtcNow.AddDays(-30)
        'defender|found|' + @(Get-MpThreatDetection | Where-Object { $_.InitialDetectionTime -gt $month }).Count
    }
}
Write-Part 'malware.suspects' 200 {
    if (-not $Admin) { Get-Status 'denied' '' }
    foreach ($process in Get-CimInstance -ClassName Win32_Process) {
        if ($process.ExecutablePath -match '\\(Temp|Tmp|Users\\Public|PerfLogs|\$Recycle\.Bin)\\') {
            'exe-in-tmp|' + $process.ProcessId + ' ' + (Get-Field $process.ExecutablePath) + '|' + (Get-Utc $process.CreationDate)
        }
    }
}
Write-Part 'persistence.cron' 1 { Get-Status 'absent' '' }
Write-Part 'persistence.timers' 200 {
    foreach ($task in Get-ScheduledTask | Where-Object { $_.TaskPath -notlike '\Microsoft\*' -and $_.State -ne 'Disabled' }) {
        $changed = '-'
        try { if ($task.Date) { $changed = Get-Utc ([DateTime]$task.Date) } } catch { $changed = '-' }
        $action = @($task.Actions)[0]
        (Get-Field ($task.TaskPath + $task.TaskName)) + '|' + $changed + '|' + $action.Execute + ' ' + $action.Arguments
    }
}
Write-Part 'persistence.preload' 1 { Get-Status 'skipped' 'windows' }
Write-Part 'persistence.files' 200 {
    $since = [DateTime]::Now.AddDays(-90)
    $places = ($env:ProgramData + '\Microsoft\Windows\Start Menu\Programs\StartUp'), ($env:SystemDrive + '\Users\*\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup')
    foreach ($file in Get-ChildItem -Path $places -File -ErrorAction SilentlyContinue | Where-Object { $_.LastWriteTime -gt $since -and $_.Name -ne 'desktop.ini' }) {
        (Get-Field $file.FullName) + '|' + (Get-Utc $file.LastWriteTime) + '|-'
    }
}
Write-Part 'persistence.accounts' 100 {
    # When Windows made an account stands in its log only.
    if (-not $Admin) { return Get-Status 'denied' '' }
    $events = @(Get-WinEvent -FilterHashtable @{ LogName = 'Security'; Id = 4720; StartTime = [DateTime]::Now.AddDays(-90) } -MaxEvents 50 -ErrorAction SilentlyContinue)
    foreach ($record in $events) { 'account=' + ((Get-Field $record.Properties[0].Value) -replace ',', '?') + ',' + (Get-Utc $record.TimeCreated) }
}
Write-Part 'persistence.uploads' 100 {
    foreach ($site in $script:Sites) {
        foreach ($file in Get-ChildItem -Path ($site + '\wp-content\uploads') -Filter '*.php' -Recurse -Depth 6 -File -ErrorAction SilentlyContinue | Select-Object -First 101) {
            (Get-Field $file.FullName) + '|' + (Get-Utc $file.LastWriteTime) + '|' + $file.Length
        }
    }
}

Write-Part 'resources' 60 {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    'cpus=' + $computer.NumberOfLogicalProcessors
    $load = (Get-CimInstance -ClassName Win32_Processor | Measure-Object -Property LoadPercentage -Average).Average
    # There is no load average: the busy part of the processors stands for the last minute.
    if ($null -ne $load) { 'load1=' + ($load * $computer.NumberOfLogicalProcessors / 100).ToString('0.00', [Globalization.CultureInfo]::InvariantCulture) }
    'mem_total_kb=' + $system.TotalVisibleMemorySize
    'mem_available_kb=' + $system.FreePhysicalMemory
    'swap_total_kb=' + $system.SizeStoredInPagingFiles
    'swap_free_kb=' + $system.FreeSpaceInPagingFiles
    $traffic = Get-NetAdapterStatistics
    'net_rx_bytes=' + [int64]($traffic | Measure-Object -Property ReceivedBytes -Sum).Sum
    'net_tx_bytes=' + [int64]($traffic | Measure-Object -Property SentBytes -Sum).Sum
    'processes=' + @(Get-Process).Count
    foreach ($disk in Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType=3') {
        'disk=' + $disk.DeviceID + ',' + [int64]($disk.Size / 1024) + ',' + [int64](($disk.Size - $disk.FreeSpace) / 1024) + ',0,0'
    }
    foreach ($process in Get-CimInstance -ClassName Win32_PerfFormattedData_PerfProc_Process | Where-Object { $_.Name -notmatch '^(_Total|Idle)$' } |
            Sort-Object -Property PercentProcessorTime -Descending | Select-Object -First 5) {
        $share = [double]$process.WorkingSet / 1024 / $system.TotalVisibleMemorySize * 100
        'top=' + $process.PercentProcessorTime + ',' + $share.ToString('0.0', [Globalization.CultureInfo]::InvariantCulture) + ',-,' + ((Get-Field $process.Name) -replace ',', '?')
    }
}

# ---- Mail, names, proxies: configuration ----------------------------------------------------------------------------

foreach ($name in 'mail.postfix', 'mail.postfix-master', 'mail.exim', 'mail.sendmail', 'mail.dovecot', 'mail.queue') {
    Write-Part $name 1 { Get-Status 'absent' '' }
}
Write-Part 'dns.bind' 1 { if (Get-Service -Name named -ErrorAction SilentlyContinue) { Get-Status 'skipped' 'windows' } else { Get-Status 'absent' '' } }
Write-Part 'dns.unbound' 1 { if (Get-Service -Name unbound -ErrorAction SilentlyContinue) { Get-Status 'skipped' 'windows' } else { Get-Status 'absent' '' } }
foreach ($name in 'dns.dnsmasq', 'dns.pdns', 'proxy.squid', 'proxy.others') {
    Write-Part $name 1 { Get-Status 'absent' '' }
}
Write-Part 'web.proxying' 1 { Get-Status 'skipped' 'windows' }
Write-Part 'end' 1 { }

# ---- The whole ------------------------------------------------------------------------------------------------------

$body = $script:Text.ToString()
$whole = $body + 'selfaudit-end ' + $script:Count + ' sha256 ' + (Get-Sha256 $body) + "`n"
if (-not $Compact) {
    # Line by line, so that it goes wherever > or | lead it.
    foreach ($line in $whole.TrimEnd("`n").Split("`n")) { Write-Output $line }
    return
}
$buffer = New-Object IO.MemoryStream
$packer = New-Object IO.Compression.GZipStream($buffer, [IO.Compression.CompressionMode]::Compress)
$octets = [Text.Encoding]::ASCII.GetBytes($whole)
$packer.Write($octets, 0, $octets.Length)
$packer.Dispose()
$data = [Convert]::ToBase64String($buffer.ToArray())
$id = '{0:x8}' -f (Get-Cksum $whole)
$total = [int][Math]::Ceiling($data.Length / 1536)
for ($number = 1; $number -le $total; $number++) {
    $start = ($number - 1) * 1536
    $block = $data.Substring($start, [Math]::Min(1536, $data.Length - $start))
    $mark = 'SELFAUDIT ' + $id + ' ' + $number + '/' + $total
    Write-Output ('-----BEGIN ' + $mark + '-----')
    for ($at = 0; $at -lt $block.Length; $at += 64) { Write-Output $block.Substring($at, [Math]::Min(64, $block.Length - $at)) }
    Write-Output ('-----END ' + $mark + ' ' + (Get-Cksum $block) + '-----')
}
