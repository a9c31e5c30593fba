resource "google_compute_firewall" "all" {
  source_ranges = ["10.0.0.0/8", "0.0.0.0/0"] # expect: open-ingress 0:/body/source_ranges/1

  allow {
    protocol = "tcp"
  }
}

resource "google_sql_database_instance" "orders" {
  settings {
    tier = "db-f1-micro"

    ip_configuration {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" # expect: unencrypted

      authorized_networks {
        name  = "office"
        value = "192.0.2.0/24"
      }

      authorized_networks {
        name  = "all"
        value = "0.0.0.0/0" # expect: public
      }
    }
  }
}

resource "google_storage_bucket_iam_binding" "files" {
  bucket  = "files"
  role    = "roles/storage.objectViewer"
  members = ["group:web@example.com", "allUsers"] # expect: public 2:/body/members/1
}

resource "google_project_iam_member" "viewer" {
  role   = "roles/viewer"
  member = "allAuthenticatedUsers" # expect: public
}

resource "google_container_cluster" "shop" { # expect: public 4:/body/private_cluster_config
  name = "shop"
}
