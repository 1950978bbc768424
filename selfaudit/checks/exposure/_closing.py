"""How to close a port, in the words of the usual firewalls, and how to bind usual software to its own computer."""

from __future__ import annotations


def closing(protocol: str) -> dict[str, str]:
    """Commands for "udp" or "tcp"; the finding names the port, or several with commas, in the argument "port"."""
    return {
        "nftables": f"nft insert rule inet filter input {protocol} dport '{{{{ {{port}} }}}}' drop",
        "firewalld": f"firewall-cmd --permanent --remove-port={{port}}/{protocol}; firewall-cmd --reload",
        "ufw": f"ufw deny {{port}}/{protocol}",
        "Windows": (
            f"New-NetFirewallRule -DisplayName 'Closed {{port}}' -Direction Inbound -Protocol {protocol.upper()} "
            "-LocalPort {port} -Action Block"
        ),
    }


REDIS = "bind 127.0.0.1 -::1\nprotected-mode yes\nrequirepass LONG-RANDOM-WORD   # in redis.conf; then systemctl restart redis"
ELASTIC = "network.host: 127.0.0.1\nxpack.security.enabled: true   # in elasticsearch.yml; then restart"
MEMCACHED = "-l 127.0.0.1\n-U 0   # in memcached.conf; then systemctl restart memcached"
MONGO = "net:\n  bindIp: 127.0.0.1\nsecurity:\n  authorization: enabled   # in mongod.conf; then systemctl restart mongod"
COUCH = "[chttpd]\nbind_address = 127.0.0.1\nrequire_valid_user_except_for_up = true   # in local.ini; then restart"
DOCKER = (
    "Take “-H tcp://...” out of the service and “hosts” out of /etc/docker/daemon.json; then systemctl daemon-reload && systemctl restart docker. "
    "From elsewhere: docker -H ssh://user@server"
)
DOCKER_PORTS = 'docker run -p 127.0.0.1:{port}:{port} ...   # in compose files: ports: ["127.0.0.1:{port}:{port}"]'
RPC = {
    "rpcbind": "systemctl mask --now rpcbind.socket rpcbind.service   # NFS version 4 does not need it",
    "NFS (/etc/nfs.conf)": "[nfsd]\nvers3=n\nvers4=y\nhost=ADDRESS-OF-THE-VPN",
}
DATABASES = {
    "MySQL, MariaDB": "bind-address = 127.0.0.1   # under [mysqld]",
    "PostgreSQL": "listen_addresses = 'localhost'   # in postgresql.conf; and no 0.0.0.0/0 in pg_hba.conf",
    "Redis": REDIS,
    "Elasticsearch": ELASTIC,
    "CouchDB": COUCH,
    "memcached": MEMCACHED,
    "Docker": DOCKER,
    "Containers": DOCKER_PORTS,
}
