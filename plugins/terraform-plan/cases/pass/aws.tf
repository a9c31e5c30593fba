resource "aws_security_group" "web" {
  name = "web"

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol    = "icmp"
    from_port   = -1
    to_port     = -1
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.0.0/8", "192.0.2.0/24"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_instance" "orders" {
  storage_encrypted   = true
  publicly_accessible = false
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.orders.identifier
}

resource "aws_elasticache_replication_group" "sessions" {
  engine = "valkey"
}

resource "aws_sqs_queue" "mail" {}

resource "aws_dynamodb_table" "carts" {
  hash_key = "id"
}

resource "aws_s3_bucket_public_access_block" "site" {
  bucket                  = "site"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_eks_cluster" "shop" {
  vpc_config {
    endpoint_public_access = true
    public_access_cidrs    = ["192.0.2.0/24"]
  }
}

resource "aws_lb" "shop" {
  internal = false
}
