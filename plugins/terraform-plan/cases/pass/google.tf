resource "google_compute_firewall" "web" {
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["80", 443]
  }

  allow {
    protocol = "icmp"
  }
}

resource "google_compute_firewall" "off" {
  disabled      = true
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}

resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"

      authorized_networks {
        value = "192.0.2.0/24"
      }
    }
  }
}

resource "google_storage_bucket" "files" {
  public_access_prevention = "inherited"
}

resource "google_cloud_run_service_iam_member" "web" {
  member = "allUsers"
}

resource "google_container_cluster" "shop" {
  private_cluster_config {
    enable_private_nodes = true
  }
}
