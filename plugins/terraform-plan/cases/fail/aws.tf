resource "aws_security_group" "web" {
  name = "web"

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol         = "tcp"
    from_port        = 20
    to_port          = 25
    cidr_blocks      = ["10.0.0.0/8", "0.0.0.0/0"] # expect: open-ingress 0:/body/ingress/1/cidr_blocks/1
    ipv6_cidr_blocks = ["::/0"]                    # expect: open-ingress
  }
}

resource "aws_security_group_rule" "everything" {
  type              = "ingress"
  protocol          = -1
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["128.0.0.0/1"] # expect: open-ingress
  security_group_id = aws_security_group.web.id
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  ip_protocol       = "tcp"
  from_port         = "22"
  to_port           = "22"
  cidr_ipv4         = "0.0.0.0/0" # expect: open-ingress 2:/body/cidr_ipv4
  security_group_id = aws_security_group.web.id
}

# expect: unencrypted 3:/body/storage_encrypted
resource "aws_db_instance" "orders" {
  engine              = "postgres"
  publicly_accessible = "true" # expect: public
}

resource "aws_rds_cluster" "orders" {
  engine            = "aurora-postgresql"
  storage_encrypted = false # expect: unencrypted
}

resource "aws_ebs_volume" "data" { # expect: unencrypted
  size = 10
}

resource "aws_efs_file_system" "shared" { # expect: unencrypted
  creation_token = "shared"
}

# expect: unencrypted 7:/body/at_rest_encryption_enabled
# expect: unencrypted 7:/body/transit_encryption_enabled
resource "aws_elasticache_replication_group" "sessions" {
  engine = "redis"
}

resource "aws_sqs_queue" "mail" {
  sqs_managed_sse_enabled = false # expect: unencrypted
}

resource "aws_kinesis_stream" "clicks" {
  encryption_type = "NONE" # expect: unencrypted
}

resource "aws_s3_bucket_acl" "site" {
  bucket = "site"
  acl    = "public-read" # expect: public
}

# expect: public 11:/body/restrict_public_buckets
resource "aws_s3_bucket_public_access_block" "site" {
  bucket              = "site"
  block_public_acls   = true
  block_public_policy = true
  ignore_public_acls  = false # expect: public
}

resource "aws_eks_cluster" "shop" {
  vpc_config { # expect: public 12:/body/vpc_config/0/public_access_cidrs
    endpoint_private_access = true
  }
}
