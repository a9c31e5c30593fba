# settings: {"moduleRefs": "tag", "allowData": ["http", "terraform_remote_state"], "openPorts": [22]}
module "dns" {
  source = "git::https://example.com/dns.git?ref=v1.2.3"
}

data "http" "address" {
  url = "https://example.com/address"
}

data "terraform_remote_state" "network" {
  backend = "s3"
}

resource "aws_security_group" "bastion" {
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
