variable "open" {
  type = list(string)
}

resource "aws_security_group" "made_later" {
  dynamic "ingress" {
    for_each = var.open
    content {
      protocol    = "-1"
      from_port   = 0
      to_port     = 0
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_security_group" "evaluated_later" {
  ingress {
    protocol    = var.protocol
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol    = "tcp"
    from_port   = var.port
    to_port     = var.port
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = var.open
  }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["${var.address}/0"]
  }
}

resource "aws_db_instance" "evaluated_later" {
  storage_encrypted   = var.encrypted
  publicly_accessible = !var.private
}

resource "aws_rds_cluster" "evaluated_later" {
  engine_mode = var.mode
}

resource "google_container_cluster" "made_later" {
  dynamic "private_cluster_config" {
    for_each = var.private ? [1] : []
    content {
      enable_private_nodes = true
    }
  }
}

resource "azurerm_network_security_rule" "evaluated_later" {
  direction              = "Inbound"
  access                 = var.access
  protocol               = "Tcp"
  source_address_prefix  = "*"
  destination_port_range = "22"
}

module "evaluated_later" {
  source = "git::https://example.com/a.git?ref=${var.ref}"
}
