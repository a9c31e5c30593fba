# settings: {"openPorts": [], "moduleRefs": "tag"}
resource "aws_security_group" "web" {
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"] # expect: open-ingress
  }
}

module "dns" {
  source = "git@example.com:shop/dns.git?ref=main" # expect: module-unpinned
}
