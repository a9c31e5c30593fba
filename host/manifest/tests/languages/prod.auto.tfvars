region = "eu-central-1"
zones  = ["a", "b"]
db = {
  user = "app"
}
