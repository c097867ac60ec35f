resource "null_resource" "agent" {
  provisioner "remote-exec" {
    inline = [
      "curl -fsSLo install.sh https://get.example.org/1.2.3/install.sh",
      "echo '${var.digest}  install.sh' | sha256sum -c",
      "sudo bash install.sh",
    ]
  }
}
