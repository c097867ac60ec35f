resource "null_resource" "agent" {
  provisioner "remote-exec" {
    inline = [
      "curl -fsSL https://get.example.org/install.sh | sudo bash", # expect: terraform-download-piped-to-shell
    ]
  }
}
