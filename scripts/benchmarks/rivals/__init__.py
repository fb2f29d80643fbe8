"""What the station is compared with: the tutorial's application and an Express one, each as people write them."""
